"""Bounds on what Daphne and autobahn do with a WebSocket, and its state.

They read and write without limits, but neither a flooding client nor one that does not
read may fill the memory. Everything is written to the socket's transport, which is a
TCP connection, or the TLS over it.
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
from twisted.internet.protocol import connectionDone

from project.lib.server.connections import CONNECTIONS, tcp_socket

# Above this autobahn closes with 1009. An application may accept less, and can then
# say so in an error.
MAX_FRAME_BYTES = 64 * 1024
# Frames that may wait for the application before reading from the client stops.
MAX_WAITING_FRAMES = 16
# Twisted calls a client congested beyond this much in its own buffer.
CONGESTED_BYTES = 64 * 1024
KERNEL_BUFFER_BYTES = 128 * 1024
MAX_UNREAD_BYTES = 1024 * 1024

# Pings and pongs bypass the application and its limits.
MAX_CONTROL_FRAMES = 200
CONTROL_FRAMES_S = 2.0
# The least that a fragment counts, because empty ones could come without end.
MIN_PIECE_BYTES = 64

POLICY_VIOLATION, SERVICE_RESTART = 1008, 1012

# Options for WebSocketFactory.setProtocolOptions.
SOCKET_OPTIONS = {
    "maxFramePayloadSize": MAX_FRAME_BYTES,
    "maxMessagePayloadSize": MAX_FRAME_BYTES,
    "failByDrop": False,  # give the reason before closing
    "allowNullOrigin": True,  # as Daphne sets it; left out, it would be False
}


class Wire:
    """The connection under a socket: the state that ASGI does not show."""

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
        """Whether the client reads too slowly; `when_clear` is called afterwards."""
        return self.congested_at is not None

    @property
    def is_leaving(self) -> bool:
        """Whether a close frame was sent or received, or the connection lost."""
        protocol = self.protocol
        return protocol.state not in (protocol.STATE_CONNECTING, protocol.STATE_OPEN)

    def write(self, frame: bytes) -> None:
        """Send bytes made by `framed` at once. Does nothing on a closed socket."""
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
            if isinstance(sent, int):  # otherwise it is lost, as the loop will notice
                frame = frame[sent:]
        protocol.sendData(frame)

    def written(self, size: int) -> None:
        """Count bytes written to the transport by anyone, such as autobahn's pongs."""
        if self.congested_at is not None:
            self._unread_bytes += size
            if self._unread_bytes > MAX_UNREAD_BYTES:
                self.drop()

    def close(self, code: int) -> None:
        """Close with any code, including those that autobahn denies to applications."""
        if self.protocol.state == self.protocol.STATE_OPEN:
            self.protocol.sendCloseFrame(code=code)

    def drop(self) -> None:
        """Drop the connection without a close frame, which would not be read."""
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

    # A Twisted streaming producer, which learns how full the transport is.
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
    """Return a text frame's bytes, made once for any number of sockets."""
    return PreparedMessage(text.encode(), False, False, True).payloadHybi


class BoundedSocket(WebSocketProtocol):
    """Daphne's WebSocket, with counts of what waits and what is sent."""

    control_frames, control_frames_since = 0, 0.0

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        CONNECTIONS.upgraded(self.transport)
        self.wire = Wire(self)
        # The HTTP channel that the upgrade left behind is still registered.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.wire, True)
        # For a client that does not read, the kernel would let it grow to megabytes.
        tcp_socket(self.transport).setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES
        )

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802
        CONNECTIONS.closed(self.transport)
        super().connectionLost(reason)

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
