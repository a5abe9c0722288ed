"""Bounds on what Twisted and Daphne do with a request before it reaches us."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from daphne.http_protocol import WebRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from twisted.web.http import HTTPChannel
from twisted.web.http_headers import Headers

from project.lib.errors import refusal_body
from project.lib.server import cors
from project.lib.server.limits import MAX_FORM_BYTES

# How long a refused client may go on sending before it is disconnected.
READ_ON_S = 10


class BoundedRequest(WebRequest):
    """A request whose form is left to Django, and whose body is bounded.

    Twisted would parse each form first, on the event loop, where 300 kB of nested
    parts would block all requests for seconds.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
        self.is_refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        super().gotLength(length)
        if length is not None and length > MAX_FORM_BYTES:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self.is_refused:
            return
        if self.content.tell() + len(data) > MAX_FORM_BYTES:
            self.refuse()
        else:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        if self.is_refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(command, path, version)

    def process(self) -> None:
        # Daphne would take its root path from this header, and fail on some bytes.
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        super().process()

    def refuse(self) -> None:
        """Answer 413, and read on for a moment, discarding the input.

        Closing a connection with unread bytes resets it, and the client's side then
        discards the answer that has already arrived.
        """
        self.is_refused = True
        _refuse(self.channel, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._cors_headers())
        self.channel.callLater(READ_ON_S, self.channel.loseConnection)

    def _cors_headers(self) -> dict[str, str]:
        request = HttpRequest()  # its path is not known yet
        for origin in self.requestHeaders.getRawHeaders("Origin", [])[:1]:
            request.META["HTTP_ORIGIN"] = origin
        return dict(cors.readable(request, HttpResponse()).items())


class BoundedChannel(HTTPChannel):
    """An HTTP/1.1 connection whose requests are bounded."""

    def connectionMade(self) -> None:  # noqa: N802
        self.requestFactory = BoundedRequest  # after Daphne has set its own
        super().connectionMade()

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        """Refuse invalid HTTP (such as a raw "я" in a query) with a body.

        A private name, but Twisted offers no other way to make this 400 JSON.
        """
        if self.transport is not None and not self.transport.disconnecting:
            _refuse(self, HTTPStatus.BAD_REQUEST)
            self.loseConnection()


def _refuse(
    channel: HTTPChannel, status: HTTPStatus, headers: Mapping[str, str] = {}
) -> None:
    """Write an error in English, because no language has been chosen this early."""
    with translation.override("en"):
        body = json.dumps(refusal_body(status)).encode()
    fields = Headers()
    for name, value in headers.items():
        fields.addRawHeader(name, value)
    fields.addRawHeader("Content-Type", "application/json")
    fields.addRawHeader("Content-Length", str(len(body)))
    fields.addRawHeader("Connection", "close")
    code, reason = str(status.value).encode(), status.phrase.encode()
    channel.writeHeaders(b"HTTP/1.1", code, reason, fields)
    channel.write(body)
