"""What Daphne and Twisted do with a request before it reaches us, bounded.

Importing this changes Daphne's request class; asgi.py does.
"""

import json
from typing import Any

from daphne import http_protocol
from twisted.web import http

from project.lib.errors import error_body
from project.lib.limits import MAX_FORM_BYTES


class BoundedRequest(http_protocol.WebRequest):
    """A request whose form Django reads, and whose body has an end.

    Twisted would parse each form before that, on the event loop, where 300 kB of
    nested parts stop everybody's requests for seconds.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        super().gotLength(length)
        if length is not None and length > MAX_FORM_BYTES:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self.content.tell() + len(data) > MAX_FORM_BYTES:
            self.refuse()
        else:
            super().handleContentChunk(data)

    def refuse(self) -> None:
        body = error_body("The request is too large.", "payload_too_large")
        _answer_and_close(self.channel, "413 Content Too Large", body)


def _refuse_broken_request(channel: http.HTTPChannel) -> None:
    """Twisted's answer to what is no HTTP, a raw "я" in a query, say: with a body."""
    body = {"non_field_errors": ["Bad request."]}
    _answer_and_close(channel, "400 Bad Request", body)


def _answer_and_close(channel: Any, status: str, body: dict[str, Any]) -> None:
    """In English: no header has been read, or no language chosen, this early."""
    if channel.transport.disconnecting:
        return
    text = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
    )
    channel.transport.write(head.encode() + text)
    channel.loseConnection()


http_protocol.WebRequest = BoundedRequest
http.RESPONSES[429] = b"Too Many Requests"  # else "Unknown Status"
http.HTTPChannel._respondToBadRequestAndDisconnect = (  # type: ignore[method-assign]
    _refuse_broken_request
)
