"""Thousands of sockets in one process, read with as little work as can be.

The client shares the cores with what is measured. So no library and no event loop:
epoll, and bytes that have come to one socket already are not looked at again.
"""

import multiprocessing
import re
import select
import socket
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tests.harness import websocket
from tests.harness.daphnes import Address

# Handshakes at once.
IN_FLIGHT = 50
OPEN_WITHIN_S = 300
# In the text of a message: its number, and when it was sent, in ns.
MARK = re.compile(rb"bench (\d+) (\d+) ")
MAX_KNOWN = 200

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Opened:
    sockets: int
    refused: int


@dataclass
class Heard:
    """What one process has heard: each delivery's ns, and what was not as it should."""

    latencies_ns: "array[int]" = field(default_factory=lambda: array("q"))
    out_of_order: int = 0
    closed: int = 0


@dataclass
class _Socket:
    raw: socket.socket
    is_open: bool = False
    is_ready: bool = False
    rest: bytes = b""
    last: int = 0


class Crowd:
    """Sockets in several processes. `has_welcome`: the server speaks first."""

    def __init__(self, address: Address, processes: int, *, has_welcome: bool) -> None:
        self._counters = _FORK.RawArray("q", processes)
        self._pipes, self._processes = [], []
        for number in range(processes):
            ours, theirs = _FORK.Pipe()
            part = _Part(address, theirs, self._counters, number, has_welcome)
            process = _FORK.Process(target=part.serve, daemon=True)
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    @property
    def delivered(self) -> int:
        return sum(self._counters)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process.pid]

    def open(self, tokens: Sequence[str | None]) -> Opened:
        """Raises SystemExit when it takes too long."""
        count = len(self._pipes)
        for number, pipe in enumerate(self._pipes):
            pipe.send(("open", tokens[number::count]))
        parts = [pipe.recv() for pipe in self._pipes]
        return Opened(sum(p.sockets for p in parts), sum(p.refused for p in parts))

    def collect(self) -> Heard:
        """What was heard since it was asked the last time."""
        total = Heard()
        for pipe in self._pipes:
            pipe.send(("collect", None))
        for pipe in self._pipes:
            part = pipe.recv()
            total.latencies_ns.extend(part.latencies_ns)
            total.out_of_order += part.out_of_order
            total.closed += part.closed
        return total

    def close(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(("end", None))
            process.join()


class _Part:
    def __init__(
        self, address: Address, pipe: Connection, counters: Any, number: int,
        has_welcome: bool,
    ) -> None:  # fmt: skip
        self.address, self.pipe = address, pipe
        self.counters, self.number = counters, number
        self.has_welcome = has_welcome
        self.sockets: dict[int, _Socket] = {}
        self.heard = Heard()
        self.refused = self.ready = 0
        self._known: dict[bytes, tuple[list[tuple[int, int]], websocket.Received]] = {}

    def serve(self) -> None:
        self.poll = select.epoll()
        self.poll.register(self.pipe.fileno(), select.EPOLLIN)
        while True:
            for descriptor in self._read():
                if descriptor == self.pipe.fileno():
                    command, tokens = self.pipe.recv()
                    if command == "end":
                        return
                    if command == "open":
                        self._open(tokens)
                        self.pipe.send(Opened(self.ready, self.refused))
                    else:
                        self.pipe.send(self.heard)
                        self.heard = Heard()

    def _open(self, tokens: Sequence[str | None]) -> None:
        deadline = time.monotonic() + OPEN_WITHIN_S
        waiting = list(tokens)
        while waiting or len(self.sockets) > self.ready:
            while waiting and len(self.sockets) - self.ready < IN_FLIGHT:
                self._connect(waiting.pop())
            for _command in self._read(timeout_s=1):
                raise AssertionError("one command at a time")
            if time.monotonic() > deadline:
                return

    def _connect(self, token: str | None) -> None:
        raw = socket.create_connection((self.address.host, self.address.port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.sendall(websocket.handshake(self.address.host, self.address.port, token))
        raw.setblocking(False)
        self.sockets[raw.fileno()] = _Socket(raw)
        self.poll.register(raw.fileno(), select.EPOLLIN)

    def _read(self, timeout_s: float = -1) -> Iterator[int]:
        """Read what there is; yield descriptors that are not of sockets."""
        count = 0
        for descriptor, _event in self.poll.poll(timeout_s, 1024):
            found = self.sockets.get(descriptor)
            if found is None:
                yield descriptor
                continue
            try:
                data = found.raw.recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if data:
                count += self._take(found, data, time.monotonic_ns())
            else:
                self._drop(descriptor, found)
        self.counters[self.number] += count

    def _take(self, found: _Socket, data: bytes, now_ns: int) -> int:
        if found.rest:
            data = found.rest + data
        if not found.is_open:
            data = self._answered(found, data)
        known = self._known.get(data)
        if known is None:
            known = self._look(data)
        marks, received = known
        found.rest = received.rest
        for number, sent_ns in marks:
            if number != found.last + 1 and found.last:
                self.heard.out_of_order += 1
            found.last = number
            self.heard.latencies_ns.append(now_ns - sent_ns)
        if len(marks) != len(received.frames):
            self._take_others(found, received)
        return len(marks)

    def _answered(self, found: _Socket, data: bytes) -> bytes:
        """What follows the answer to the handshake."""
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            found.rest = data
            return b""
        if not head.startswith(b"HTTP/1.1 101"):
            self.refused += 1
            self._drop(found.raw.fileno(), found)
            return b""
        found.is_open = True
        if not self.has_welcome:
            self._is_ready(found)
        return rest

    def _take_others(self, found: _Socket, received: websocket.Received) -> None:
        for opcode, payload in received.frames:
            if opcode == websocket.PING:
                found.raw.send(websocket.framed(websocket.PONG, payload))
            elif opcode == websocket.TEXT and not found.is_ready:
                self._is_ready(found)

    def _is_ready(self, found: _Socket) -> None:
        found.is_ready = True
        self.ready += 1

    def _look(self, data: bytes) -> tuple[list[tuple[int, int]], websocket.Received]:
        received = websocket.received(data)
        marks = []
        for opcode, payload in received.frames:
            mark = MARK.search(payload) if opcode == websocket.TEXT else None
            if mark:
                marks.append((int(mark[1]), int(mark[2])))
        if len(self._known) > MAX_KNOWN:
            self._known.clear()
        self._known[data] = (marks, received)
        return marks, received

    def _drop(self, descriptor: int, found: _Socket) -> None:
        self.poll.unregister(descriptor)
        found.raw.close()
        self.heard.closed += found.is_ready
        self.ready -= found.is_ready
        self.sockets.pop(descriptor, None)
