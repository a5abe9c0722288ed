"""Bounds on what Twisted and Daphne do with a request before it reaches us."""

from http import HTTPStatus
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote

from daphne.http_protocol import WebRequest
from django.conf import settings
from django.http import HttpRequest, parse_cookie

from project.lib.server import bodies, refusals
from project.lib.server.bodies import BODIES, Body
from project.lib.server.client_address import client_address
from project.lib.server.connections import CONNECTIONS

# What decides on a request before there is one.
EARLY_HEADERS = {
    b"Accept-Language": "HTTP_ACCEPT_LANGUAGE",
    b"Authorization": "HTTP_AUTHORIZATION",
    b"Content-Type": "CONTENT_TYPE",
    b"Cookie": "HTTP_COOKIE",
    b"Origin": "HTTP_ORIGIN",
    b"X-Forwarded-For": "HTTP_X_FORWARDED_FOR",
}


class BoundedRequest(WebRequest):
    """A request whose form is left to Django, and whose body is bounded.

    Twisted would parse each form first, on the event loop, where 300 kB of nested
    parts would block all requests for seconds. Daphne would read the whole body into
    memory; here the application gets its file (`take_body`).
    """

    content: IO[bytes]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **kwargs)
        self.line: bytes = self.channel.line
        self.max_bytes = bodies.MAX_BODY_BYTES
        self.is_refused = False

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Decide on a body once the headers are here, before any of it is stored."""
        if length == 0:
            self.content = BytesIO()
            return
        head = self.head()
        address = client_address(head.META)
        self.content = Body(address)
        self.channel.head_arrived()
        if length is None or length > self.max_bytes:
            self.max_bytes = self._max_bytes(head)
        if length is not None and length > self.max_bytes:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif not BODIES.have_room(address, length or 0):
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def head(self) -> HttpRequest:
        """Return what is known when the headers are here, as Django would have it."""
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = self.channel.connection.peer
        for header, name in EARLY_HEADERS.items():
            if values := self.requestHeaders.getRawHeaders(header):
                request.META[name] = b",".join(values).decode("latin-1")
        request.COOKIES = parse_cookie(request.META.get("HTTP_COOKIE", ""))
        return request

    def _max_bytes(self, head: HttpRequest) -> int:
        method, target, _version = self.line.split()
        path = _origin_form(target)[1].partition(b"?")[0]
        return bodies.max_bytes(
            method.decode("latin-1"),
            unquote(path.decode("latin-1")),
            head.META.get("CONTENT_TYPE", ""),
            has_credentials="HTTP_AUTHORIZATION" in head.META
            or settings.SESSION_COOKIE_NAME in head.COOKIES,
        )

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self.is_refused:
            return
        self.channel.body_arrives(len(data))
        if self.content.tell() + len(data) > self.max_bytes:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        try:
            super().handleContentChunk(data)
        except OSError:  # there is no room, by our bound or on the disk
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        self.channel.request_arrived()
        if not self.is_refused:
            try:
                self.content.flush()
            except OSError:
                self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        if self.is_refused:
            self.channel.loseConnection()
            return
        host, path = _origin_form(path)
        if host:
            self.requestHeaders.setRawHeaders(b"Host", [host])
        super().requestReceived(command, path, version)

    def process(self) -> None:
        # Daphne would take its root path from this header, and fail on some bytes.
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        upgrade = self.requestHeaders.getRawHeaders(b"Upgrade", [b""])[0]
        if upgrade.lower() == b"websocket" and not CONNECTIONS.belongs_to(
            self.channel.transport, self.head().META
        ):
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            self.channel.loseConnection()
            return
        super().process()

    def take_body(self) -> IO[bytes]:
        """Hand the body over to the application, which closes it."""
        body: IO[bytes] = self.content
        self.content = BytesIO()  # of which Daphne makes a message
        return body

    def refuse(self, status: HTTPStatus) -> None:
        """Answer an error, and read on for a moment, discarding the input.

        Closing a connection with unread bytes resets it, and the client's side then
        discards the answer that has already arrived.
        """
        self.is_refused = True
        self.content.close()
        # Twisted would tell a client that waits for it to go on.
        self.requestHeaders.removeHeader(b"Expect")
        refusals.write(self.channel, status, self.head())
        self.channel.refused()

    def basic_error(self, status: int, status_text: bytes, body: str) -> None:
        """Answer an error of Daphne's own in JSON."""
        if self.finished or self.channel is None:
            return
        fields, content = refusals.make(HTTPStatus(status), self.head())
        start = {"type": "http.response.start", "status": status, "headers": fields}
        self.handle_reply(start)
        self.handle_reply({"type": "http.response.body", "body": content})


def _origin_form(target: bytes) -> tuple[bytes, bytes]:
    """Return the host, or nothing, and the path of a request's target.

    A client of a proxy sends the whole URL, and then its host counts (RFC 9112, 3.2.2).
    """
    scheme, is_url, rest = target.partition(b"://")
    if not is_url or scheme.lower() not in (b"http", b"https"):
        return b"", target
    host, slash, path = rest.partition(b"/")
    return host, slash + path or b"/"
