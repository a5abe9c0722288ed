"""What Daphne and autobahn do with a WebSocket, bounded; and what they tell of it.

They read and write without end: neither a client that floods nor one that does not
read may fill the memory. Everything is written to the transport that the socket was
given, which is a TCP connection, or what encrypts it.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

from autobahn.websocket.protocol import PreparedMessage
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet import tcp
from twisted.protocols.policies import ProtocolWrapper

# Beyond this autobahn closes with 1009. What an application takes may be less, and
# then it has the words to say so.
MAX_FRAME_BYTES = 64 * 1024
# Frames that wait for the application before the client is read no further.
MAX_WAITING_FRAMES = 16
# Twisted calls a client congested beyond this much in its own buffer.
CONGESTED_BYTES = 64 * 1024
KERNEL_BUFFER_BYTES = 128 * 1024
MAX_UNREAD_BYTES = 1024 * 1024

# Pings and pongs pass by the application and whatever it counts.
MAX_CONTROL_FRAMES = 200
CONTROL_FRAMES_S = 2.0
# What a piece of a message counts at least, or pieces without a byte had no end.
MIN_PIECE_BYTES = 64

POLICY_VIOLATION, SERVICE_RESTART = 1008, 1012

# How WebSocketFactory.setProtocolOptions makes a BoundedSocket.
SOCKET_OPTIONS = {
    "maxFramePayloadSize": MAX_FRAME_BYTES,
    "maxMessagePayloadSize": MAX_FRAME_BYTES,
    "failByDrop": False,  # say why before hanging up
    "allowNullOrigin": True,  # as Daphne has it; what is left out would be False
}


class Wire:
    """The connection under a socket, as far as ASGI does not tell of it."""

    def __init__(self, protocol: "BoundedSocket") -> None:
        self.protocol = protocol
        self.congested_at: float | None = None
        self.when_clear: Callable[[], None] | None = None
        self._is_plain = isinstance(protocol.transport, tcp.Connection)
        self._unread_bytes = 0  # about, and only while the client is congested
        self._clear = asyncio.Event()
        self._clear.set()
        self._too_slow: Any = None
        self._waiting_frames = 0
        self._is_unread = False

    @property
    def is_congested(self) -> bool:
        """The client reads slower than is written; `when_clear` is called after."""
        return self.congested_at is not None

    @property
    def is_leaving(self) -> bool:
        """A close frame has gone out or come in, or the connection is lost."""
        protocol = self.protocol
        return protocol.state not in (protocol.STATE_CONNECTING, protocol.STATE_OPEN)

    def write(self, frame: bytes) -> None:
        """Send bytes that `framed` made, at once. Nothing happens once it is closed."""
        protocol, transport = self.protocol, self.protocol.transport
        if protocol.state != protocol.STATE_OPEN:
            return
        # Most TCP connections can take it now. Asking the event loop first, as `write`
        # does, costs five times as much; whether something waits that must go out
        # before, Twisted tells by a private name only.
        if self._is_plain and not (transport.dataBuffer or transport._tempDataBuffer):
            sent = transport.writeSomeData(frame)
            if sent == len(frame):
                return
            if isinstance(sent, int):  # else it is lost, as the loop is about to see
                frame = frame[sent:]
        protocol.sendData(frame)

    def written(self, size: int) -> None:
        """Count what went to the transport, whoever wrote it: autobahn's pongs too."""
        if self.congested_at is not None:
            self._unread_bytes += size
            if self._unread_bytes > MAX_UNREAD_BYTES:
                self.drop()

    def close(self, code: int) -> None:
        """Close with any code, those that autobahn keeps from applications too."""
        if self.protocol.state == self.protocol.STATE_OPEN:
            self.protocol.sendCloseFrame(code=code)

    def drop(self) -> None:
        """End the connection without a word, which the client would not read."""
        self.protocol.dropConnection(abort=True)

    async def until_clear(self) -> None:
        await self._clear.wait()

    def frame_arrived(self) -> None:
        self._waiting_frames += 1
        if self._waiting_frames >= MAX_WAITING_FRAMES and not self._is_unread:
            self._is_unread = True
            self.protocol.transport.pauseProducing()

    def frame_taken(self) -> None:
        self._waiting_frames -= 1
        if self._is_unread and self._waiting_frames == 0:
            self._is_unread = False
            self.protocol.transport.resumeProducing()

    def closed(self) -> None:
        self._end_congestion()
        self.when_clear = None

    # A streaming producer of Twisted, which is told how full the transport is.
    def pauseProducing(self) -> None:  # noqa: N802
        # TCP tells so with every write, TLS once.
        if self.congested_at is None:
            self.congested_at = time.monotonic()
            self._unread_bytes = CONGESTED_BYTES
            self._clear.clear()
            call_later = self.protocol.factory.reactor.callLater
            self._too_slow = call_later(settings.SLOW_READER_S, self.drop)

    def resumeProducing(self) -> None:  # noqa: N802
        self._end_congestion()
        if self.when_clear is not None:
            self.when_clear()

    def stopProducing(self) -> None:  # noqa: N802
        self._end_congestion()

    def _end_congestion(self) -> None:
        self.congested_at = None
        self._clear.set()
        if self._too_slow is not None and self._too_slow.active():
            self._too_slow.cancel()


def framed(text: str) -> bytes:
    """A text frame as it goes over the wire: made once for however many sockets."""
    return PreparedMessage(text.encode(), False, False, True).payloadHybi


class BoundedSocket(WebSocketProtocol):
    """Daphne's, which counts what waits and what is sent."""

    control_frames, control_frames_since = 0, 0.0

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self.wire = Wire(self)
        # The HTTP channel that the upgrade leaves behind is registered until now.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.wire, True)
        # The kernel would grow it to megabytes for a client that does not read.
        _tcp_socket(self.transport).setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES
        )

    def sendData(self, data: bytes, *how: Any, **named: Any) -> None:  # noqa: N802
        super().sendData(data, *how, **named)
        self.wire.written(len(data))

    def onMessage(self, payload: bytes, isBinary: bool) -> None:  # noqa: N802, N803
        super().onMessage(payload, isBinary)
        self.wire.frame_arrived()

    def onMessageFrameBegin(self, length: int) -> None:  # noqa: N802
        super().onMessageFrameBegin(max(length, MIN_PIECE_BYTES))

    def onPing(self, payload: bytes) -> None:  # noqa: N802
        self.count_control_frame()
        super().onPing(payload)

    def onPong(self, payload: bytes) -> None:  # noqa: N802
        self.count_control_frame()
        super().onPong(payload)

    def count_control_frame(self) -> None:
        now = time.monotonic()
        if now - self.control_frames_since > CONTROL_FRAMES_S:
            self.control_frames, self.control_frames_since = 0, now
        self.control_frames += 1
        if self.control_frames > MAX_CONTROL_FRAMES:
            self.wire.close(POLICY_VIOLATION)

    def onClose(self, wasClean: bool, code: Any, reason: Any) -> None:  # noqa: N802, N803
        self.wire.closed()
        super().onClose(wasClean, code, reason)


def _tcp_socket(transport: Any) -> Any:
    """Return the socket under a transport, for its options: not to write to it."""
    while isinstance(transport, ProtocolWrapper):  # TLS, say
        transport = transport.transport
    return transport.getHandle()
