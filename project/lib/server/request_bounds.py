"""What Daphne and Twisted do with a request before it reaches us, bounded.

Importing this changes Daphne's request class; asgi.py does.
"""

import json
from collections.abc import Mapping
from typing import Any

from daphne import http_protocol
from django.http import HttpRequest, HttpResponse
from twisted.web import http

from project.lib.errors import error_body
from project.lib.server import cors
from project.lib.server.limits import MAX_FORM_BYTES

# How long a client that was refused may go on sending before it is cut off.
READ_ON_S = 10


class BoundedRequest(http_protocol.WebRequest):
    """A request whose form Django reads, and whose body has an end.

    Twisted would parse each form before that, on the event loop, where 300 kB of
    nested parts stop everybody's requests for seconds.
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

    def requestReceived(self, *args: Any) -> None:  # noqa: N802
        if self.is_refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(*args)

    def process(self) -> None:
        # Daphne would take its root path from this header, and fail over some bytes.
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        super().process()

    def refuse(self) -> None:
        """Answer 413 and read on for a moment, dropping what comes.

        A connection that is closed with bytes unread is reset, and the client's side
        then throws away the answer that has already arrived.
        """
        self.is_refused = True
        body = error_body("The request is too large.", "payload_too_large")
        _answer(self.channel, "413 Content Too Large", body, self._cors_headers())
        self.channel.callLater(READ_ON_S, self.channel.loseConnection)

    def _cors_headers(self) -> dict[str, str]:
        request = HttpRequest()  # of a path that is not yet known
        for origin in self.requestHeaders.getRawHeaders("Origin", [])[:1]:
            request.META["HTTP_ORIGIN"] = origin
        return dict(cors.readable(request, HttpResponse()).items())


def _refuse_broken_request(channel: Any) -> None:
    """Twisted's answer to what is no HTTP, a raw "я" in a query, say: with a body."""
    if channel.transport.disconnecting:
        return
    body = {"non_field_errors": ["Bad request."]}
    _answer(channel, "400 Bad Request", body)
    channel.loseConnection()


def _answer(
    channel: Any, status: str, body: Mapping[str, Any], headers: Mapping[str, str] = {}
) -> None:
    """In English: no language has been chosen this early."""
    text = json.dumps(body).encode()
    headers = {
        **headers,
        "Content-Type": "application/json",
        "Content-Length": str(len(text)),
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    channel.transport.write(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + text)


http_protocol.WebRequest = BoundedRequest
http.RESPONSES[429] = b"Too Many Requests"  # else "Unknown Status"
http.HTTPChannel._respondToBadRequestAndDisconnect = (  # type: ignore[method-assign]
    _refuse_broken_request
)
