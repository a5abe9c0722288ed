"""Errors that are answered before Django has a request."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import translation
from twisted.web.http_headers import Headers

from project.lib.errors import NEVER_KEPT, RETRY_AFTER_S, refusal_body
from project.lib.server import cors

Fields = list[tuple[bytes, bytes]]


def make(status: HTTPStatus, head: HttpRequest) -> tuple[Fields, bytes]:
    """Return the headers and the body of an error, in the client's language.

    `head` has the headers that are known; pages of allowed origins can read the error.
    """
    with translation.override(translation.get_language_from_request(head)):
        response = JsonResponse(refusal_body(status), status=status)
    response.headers["Cache-Control"] = NEVER_KEPT
    response.headers["Content-Length"] = str(len(response.content))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    cors.readable(head, response)
    fields = [(n.encode(), v.encode("latin-1")) for n, v in response.headers.items()]
    return fields, response.content


def write(channel: Any, status: HTTPStatus, head: HttpRequest) -> None:
    """Write an error to a connection, which is to be closed after it."""
    fields, content = make(status, head)
    headers = Headers()
    for name, value in [*fields, (b"Connection", b"close")]:
        headers.addRawHeader(name, value)
    code, reason = str(status.value).encode(), status.phrase.encode()
    channel.writeHeaders(b"HTTP/1.1", code, reason, headers)
    channel.write(content)
