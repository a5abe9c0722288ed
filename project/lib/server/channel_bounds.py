"""Bounds on a connection that speaks HTTP: what is awaited, and until when."""

import asyncio
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel

from project.lib.server import refusals
from project.lib.server.connections import CONNECTIONS, Connection
from project.lib.server.request_bounds import BoundedRequest


class Phase(Enum):
    """What is awaited of a client."""

    IDLE = auto()  # a request
    HEAD = auto()  # the rest of its line and headers
    BODY = auto()
    WORK = auto()  # nothing: it awaits our answer
    REFUSED = auto()  # the rest of what it sends, to read over it


class BoundedChannel(HTTPChannel):
    """An HTTP/1.1 connection whose requests are bounded, in size and in time.

    Twisted's own timer begins anew with every byte.
    """

    maxHeaders = 100  # noqa: N815
    transport: Any
    connection: Connection
    phase = Phase.IDLE
    line = b""
    is_congested = has_left = False
    sent_bytes = (
        0  # of the answer, as far as the client had not read it at the last look
    )
    _read_bytes = 0
    _next_requests = b""

    def __init__(self) -> None:
        super().__init__()
        self._clear = asyncio.Event()
        self._clear.set()

    async def until_clear(self) -> None:
        """Wait for the client to read what is written; at once if it has left."""
        await self._clear.wait()

    def connectionMade(self) -> None:  # noqa: N802
        self.requestFactory = BoundedRequest  # after Daphne has set its own
        self.timeOut = None
        connection = CONNECTIONS.accept(self.transport, self.callLater)
        if connection is None:
            # Anything written could be lost with a request that is not read, and a
            # connection that waits for it would be one too many.
            self.abort()
            return
        self.connection = connection
        super().connectionMade()
        self.expect(Phase.IDLE)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self.phase is Phase.IDLE:
            if self.is_congested:
                # Twisted would go on answering a client that reads no answer.
                self._next_requests += data
                self.transport.pauseProducing()
                return
            self.expect(Phase.HEAD)
        super().dataReceived(data)

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        self.line = line  # for the request that a first line makes
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        self._respondToBadRequestAndDisconnect()

    def head_arrived(self) -> None:
        self.expect(Phase.BODY)

    def body_arrives(self, size: int) -> None:
        self.connection.deadline += size / settings.MIN_BYTES_PER_S

    def request_arrived(self) -> None:
        self.expect(Phase.WORK)

    def refused(self) -> None:
        self.expect(Phase.REFUSED)

    def requestDone(self, request: Any) -> None:  # noqa: N802
        self.sent_bytes = request.sentLength - self._read_bytes
        self._read_bytes = 0
        self.phase = Phase.IDLE
        super().requestDone(request)  # goes on with a next one that is already here
        if self.phase is Phase.IDLE and self.persistent:
            self.expect(Phase.IDLE)

    def pauseProducing(self) -> None:  # noqa: N802
        """Begin to wait for a client that reads slower than it is written to."""
        super().pauseProducing()
        if self.requests:
            self.sent_bytes = self.requests[0].sentLength - self._read_bytes
        self.is_congested = True
        self._clear.clear()
        self.expect(self.phase)

    def resumeProducing(self) -> None:  # noqa: N802
        super().resumeProducing()
        if self.requests:
            self._read_bytes = self.requests[0].sentLength
        self.is_congested = False
        self._clear.set()
        self.expect(self.phase)
        if self._next_requests:
            data, self._next_requests = self._next_requests, b""
            self.dataReceived(data)

    def expect(self, phase: Phase) -> None:
        """Await this of the client from now on, and not for ever."""
        self.phase = phase
        allow = self.connection.allow
        if self.is_congested:
            allow(self._reading_s(), self.abort)
        elif phase is Phase.IDLE:
            allow(settings.IDLE_TIMEOUT_S, self.loseConnection)
        elif phase is Phase.HEAD:
            allow(settings.HEAD_TIMEOUT_S, self.time_out)
        elif phase is Phase.BODY:
            allow(settings.BODY_TIMEOUT_S, self.time_out)
        elif phase is Phase.REFUSED:
            allow(settings.READ_ON_S, self.loseConnection)
        else:
            self.connection.allow_any_time()

    def _reading_s(self) -> float:
        """Return how long the client may take to read what it has not read.

        Of a long stream this is the last part of it, not all that was sent.
        """
        return settings.SLOW_READER_S + self.sent_bytes / settings.MIN_BYTES_PER_S

    def time_out(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def loseConnection(self) -> None:  # noqa: N802
        """Close the connection once the client has read all, but do not wait long."""
        super().loseConnection()
        self.connection.allow(self._reading_s(), self.abort)

    def abort(self) -> None:
        self.transport.abortConnection()

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802
        CONNECTIONS.closed(self.transport)
        self.has_left = True
        self._clear.set()
        super().connectionLost(reason)

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        """Refuse invalid HTTP (such as a raw "я" in a query) with a body.

        A private name, but Twisted offers no other way to make this 400 JSON.
        """
        if self.transport is not None and not self.transport.disconnecting:
            self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        # Of a head, what is here so far.
        head = self.requests[-1].head() if self.requests else HttpRequest()
        refusals.write(self, status, head)
        self.loseConnection()
