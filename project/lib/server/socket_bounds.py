"""What Daphne and autobahn do with a WebSocket, bounded; and what they tell of it.

Importing this changes Daphne's classes; asgi.py does, so every way to start Daphne has
it. Daphne reads and writes without end: neither a client that floods nor one that does
not read may fill the memory.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from autobahn.websocket.protocol import PreparedMessage
from daphne import cli, server, ws_protocol
from django.conf import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# The scope's extension under which an application finds the socket's Wire.
WIRE = "project.wire"

# Beyond this autobahn closes with 1009. What an application takes may be less, and
# then it has the words to say so.
MAX_FRAME_BYTES = 64 * 1024
# Frames that wait for the application before the client is read no further.
MAX_WAITING_FRAMES = 16
# Twisted calls a client congested beyond 64 KiB of its own buffer.
KERNEL_BUFFER_BYTES = 128 * 1024
MAX_UNREAD_BYTES = 1024 * 1024

# Pings and pongs between two looks of Daphne's timeout checker, 2 s apart. They pass by
# the application and whatever it counts.
MAX_CONTROL_FRAMES = 200
# What a piece of a message counts at least, or pieces without a byte had no end.
MIN_PIECE_BYTES = 64

# autobahn lets an application close with 1000 and 3000 to 4999 only.
OWN_CLOSE_CODES = {1001, 1003, 1008, 1011, 1012, 1013}


class Wire:
    """The connection under a socket, as far as ASGI does not tell of it."""

    def __init__(self, protocol: "BoundedSocket") -> None:
        self.protocol = protocol
        self.congested_at: float | None = None
        self.when_clear: Callable[[], None] | None = None
        self._clear = asyncio.Event()
        self._clear.set()
        self._is_unread = False

    @property
    def is_congested(self) -> bool:
        """The client reads slower than is written; `when_clear` is called after."""
        return self.congested_at is not None

    def write(self, frame: bytes) -> None:
        """Send bytes that `framed` made, at once. Nothing happens once it is closed."""
        protocol = self.protocol
        transport = protocol.transport
        if protocol.state != protocol.STATE_OPEN or transport is None:
            return
        if not (transport.dataBuffer or transport._tempDataBuffer):
            # Most sockets can take it now; Twisted would first ask the event loop
            # for each, which costs thrice as much.
            sent = transport.writeSomeData(frame)
            if sent == len(frame):
                return
            if type(sent) is int:
                frame = frame[sent:]
        transport.write(frame)

    def drop(self) -> None:
        """End the connection without a word, which the client would not read."""
        self.protocol.dropConnection(abort=True)

    async def until_clear(self) -> None:
        await self._clear.wait()

    def frame_arrived(self, waiting: int) -> None:
        if waiting >= MAX_WAITING_FRAMES and not self._is_unread:
            self._is_unread = True
            self.protocol.transport.pauseProducing()

    def frame_taken(self, waiting: int) -> None:
        if self._is_unread and waiting == 0:
            self._is_unread = False
            self.protocol.transport.resumeProducing()

    def closed(self) -> None:
        self._clear.set()
        self.when_clear = None

    # A streaming producer of Twisted, which tells how full the transport is.
    def pauseProducing(self) -> None:  # noqa: N802
        # It tells so with every write, whoever writes: Daphne's pings too.
        if self.congested_at is None:
            self.congested_at = time.monotonic()
            self._clear.clear()
        transport = self.protocol.transport
        if len(transport.dataBuffer) + transport._tempDataLen > MAX_UNREAD_BYTES:
            self.drop()

    def resumeProducing(self) -> None:  # noqa: N802
        self.congested_at = None
        self._clear.set()
        if self.when_clear is not None:
            self.when_clear()

    def stopProducing(self) -> None:  # noqa: N802
        self._clear.set()


def framed(text: str) -> bytes:
    """A text frame as it goes over the wire: made once for however many sockets."""
    return PreparedMessage(text.encode(), False, False, True).payloadHybi


class BoundedSocket(ws_protocol.WebSocketProtocol):
    """Daphne's, which closes with a word and counts what waits.

    Attributes of this class go before autobahn's settings, which Daphne chooses.
    """

    maxFramePayloadSize = maxMessagePayloadSize = MAX_FRAME_BYTES  # noqa: N815
    # Say why before hanging up.
    failByDrop = False  # noqa: N815
    control_frames = 0

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self.wire = Wire(self)
        # The HTTP channel that the upgrade leaves behind is registered until now.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.wire, True)
        # The kernel would grow it to megabytes for a client that does not read.
        self.transport.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES
        )

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        super().onMessage(payload, isBinary)
        self.wire.frame_arrived(self.application_queue.qsize())

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        super().onMessageFrameBegin(max(length, MIN_PIECE_BYTES))

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        self.count_control_frame()
        super().onPing(payload)

    def onPong(self, payload: bytes) -> None:  # noqa: N802
        self.count_control_frame()
        super().onPong(payload)

    def count_control_frame(self) -> None:
        self.control_frames += 1
        if self.control_frames > MAX_CONTROL_FRAMES and self.state == self.STATE_OPEN:
            self.serverClose(1008)

    def onClose(self, *how: Any) -> None:  # noqa: N802
        self.wire.closed()
        super().onClose(*how)

    def serverSend(self, content: Any, binary: bool = False) -> None:  # noqa: N802
        # autobahn raises for a client that is just leaving, which is no error.
        if self.state in (self.STATE_CONNECTING, self.STATE_OPEN):
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # noqa: N802
        if code in OWN_CLOSE_CODES:
            self.sendCloseFrame(code=code, isReply=False)
        else:
            super().serverClose(code)

    def check_timeouts(self) -> None:
        super().check_timeouts()
        self.control_frames = 0
        congested_at = self.wire.congested_at
        limit_s = settings.SLOW_READER_S
        if congested_at is not None and time.monotonic() - congested_at > limit_s:
            self.wire.drop()


class BoundedServer(server.Server):
    def create_application(self, protocol: Any, scope: Scope) -> Any:
        if scope["type"] == "websocket":
            scope["extensions"] = {WIRE: protocol.wire}
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        """Tell every client that the server goes, before it does."""
        for protocol, details in [*self.connections.items()]:
            is_socket = isinstance(protocol, BoundedSocket)
            if is_socket and protocol.state == protocol.STATE_OPEN:
                protocol.serverClose(1012)
            if "application_instance" not in details:
                # A request that has become a socket, say: Daphne trips over it.
                del self.connections[protocol]
        return super().kill_all_applications()


def bounded(application: Application) -> Application:
    """Let the application wait for a client that does not read, and be waited for."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        wire = scope.get("extensions", {}).get(WIRE)
        if wire is None:
            await application(scope, receive, send)
            return

        async def take() -> Mapping[str, Any]:
            message = await receive()
            wire.frame_taken(wire.protocol.application_queue.qsize())
            return message

        async def give(message: Mapping[str, Any]) -> None:
            await send(message)
            await wire.until_clear()

        await application(scope, take, give)

    return app


ws_protocol.WebSocketFactory.protocol = BoundedSocket
cli.CommandLineInterface.server_class = BoundedServer
