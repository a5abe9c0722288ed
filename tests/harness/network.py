"""The network between a client and the server: one that a test can cut."""

import socket
import threading
from contextlib import suppress

from tests.harness.daphne import Server


class Network:
    """A TCP proxy at a port of its own, for one client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.is_up = True
        self.was_cut = False
        self.links: list[Link] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{self._server.host}:{self.port}"

    def cut(self) -> int:
        """End every connection and let none be made; return how many there were."""
        self.is_up, self.was_cut = False, True
        return sum(link.cut() for link in self.links)

    def mend(self) -> None:
        self.is_up = True

    def freeze(self) -> None:
        """Leave every connection open, but bring nothing more; new ones are well."""
        self.was_cut = True
        for link in self.links:
            link.up.clear()
            link.down.clear()

    def deafen(self) -> None:
        """The same, but what the client says still arrives."""
        self.was_cut = True
        for link in self.links:
            link.down.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()
        for link in self.links:
            link.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _address = self._listener.accept()
                if self.is_up:
                    self.links.append(Link(client, self._server.connect()))
                else:
                    client.close()


class Link:
    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.ends = (client, server)
        for end in self.ends:
            end.settimeout(None)
        self.up, self.down = threading.Event(), threading.Event()
        self.is_open = True
        # Each byte that came here, in either direction.
        self.up_bytes, self.down_bytes = bytearray(), bytearray()
        ways = (
            (client, server, self.up, self.up_bytes),
            (server, client, self.down, self.down_bytes),
        )
        self._pumps = [
            threading.Thread(target=self._pump, args=way, daemon=True) for way in ways
        ]
        for flows, pump in zip((self.up, self.down), self._pumps, strict=True):
            flows.set()
            pump.start()

    def cut(self) -> bool:
        was_open, self.is_open = self.is_open, False
        for end in self.ends:
            with suppress(OSError):  # ended already
                end.shutdown(socket.SHUT_RDWR)
        self.up.set()
        self.down.set()
        return was_open

    def close(self) -> None:
        """After `cut`: nothing waits for these any more."""
        for pump in self._pumps:
            pump.join()
        for end in self.ends:
            end.close()

    def _pump(
        self,
        source: socket.socket,
        target: socket.socket,
        flows: threading.Event,
        record: bytearray,
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                record += data
                flows.wait()
                target.sendall(data)
        if flows.is_set():
            self.cut()
