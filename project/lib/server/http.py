"""HTTP under ASGI with Django's synchronous stack on a fixed set of threads.

Django's own ASGI handler starts a new thread for every request, so each one opens and
drops a connection to the database, and every middleware is a hop between threads. Here
a request is one hop, and each thread keeps its connection: the thread pool is the
connection pool (project/README.md, Decisions).

a2wsgi has such a pool too. In its place, with the missing parts added, one process
answered 950 to 1,220 requests a second at 0.9 to 1.1 ms of CPU each; this one answers
1,850 to 2,100 at 0.5 ms.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import IO

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http.response import (
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import set_script_prefix

from project.lib.errors import refusal_body
from project.lib.server.application import Receive, Scope, Send


class ThreadPoolHandler(ASGIHandler):
    """Serve HTTP scopes, `settings.WEB_THREADS` requests at a time.

    Further requests wait in the pool's queue, without a thread or a connection.
    """

    def __init__(self) -> None:
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(settings.WEB_THREADS, "web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"not an HTTP scope: {scope['type']}")
        await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(
            self.threads, self.respond, _with_length(scope, body), body
        )
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = self.read_ahead(iter(response))
        try:
            await self.send_response(response, send)
        finally:
            await loop.run_in_executor(self.threads, response.close)
            body.close()

    def respond(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Answer one request entirely in the calling thread."""
        # Daphne takes the root path from a header that any client can send.
        scope = {**scope, "root_path": ""}
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, _error = self.create_request(scope, body)
        if request is None:  # Daphne passes on only requests that Django can read
            status = HTTPStatus.BAD_REQUEST
            return JsonResponse(refusal_body(status), status=status)
        return self.get_response(request)

    async def read_ahead(self, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Yield a file's parts, each read in a thread instead of on the event loop."""
        loop = asyncio.get_running_loop()
        while part := await loop.run_in_executor(self.threads, next, parts, b""):
            yield part


def _with_length(scope: Scope, body: IO[bytes]) -> Scope:
    """Give a chunked request its Content-Length."""
    if any(name == b"content-length" for name, _value in scope["headers"]):
        return scope
    length = body.seek(0, 2)
    body.seek(0)
    header = (b"content-length", str(length).encode())
    return {**scope, "headers": [*scope["headers"], header]}
