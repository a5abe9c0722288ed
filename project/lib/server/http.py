"""HTTP under ASGI with Django's synchronous stack on a fixed set of threads.

Django's own ASGI handler starts a new thread for every request, so each one opens and
drops a connection to the database, and every middleware is a hop between threads. Here
a request is one hop, and each thread keeps its connection: the thread pool is the
connection pool (project/README.md, Decisions).

a2wsgi has such a pool too. In its place, with the missing parts added, one process
answered 950 to 1,220 requests a second at 0.9 to 1.1 ms of CPU each; this one answers
1,850 to 2,100 at 0.5 ms.

Each request has a deadline. Its thread finds it before each statement and commit, and
answers 503 itself; if the thread is held by something else, the event loop answers in
its place and the thread may store nothing more. A request that has begun to commit is
waited for, so that its answer is true.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import IO

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import DatabaseError
from django.http.response import (
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import set_script_prefix
from django.utils import translation

from project.lib.database import deadlines
from project.lib.database.deadlines import Deadline
from project.lib.errors import NEVER_KEPT, RETRY_AFTER_S, refusal_body
from project.lib.server import cors
from project.lib.server.application import BODY, CHANNEL, Receive, Scope, Send
from project.lib.server.holders import holders
from project.lib.server.paged_response import PagedResponse
from project.lib.server.streams import Streams
from project.lib.server.threads import Refused, SharedThreads

logger = logging.getLogger(__name__)

# Answered on the event loop, where it waits for no thread and no queue. It reads
# neither the database nor a body, and takes less than handing it to a thread would.
LIVENESS = ("/health/live", "/health/live/")


class ThreadPoolHandler(ASGIHandler):
    """Serve HTTP scopes, `settings.WEB_THREADS` requests at a time.

    Up to WEB_QUEUE requests wait for a thread, without a connection; more are refused.
    """

    def __init__(self) -> None:
        self.load_middleware(is_async=False)
        self.web = SharedThreads("web", settings.WEB_THREADS, settings.WEB_QUEUE)
        self.streams = Streams()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"not an HTTP scope: {scope['type']}")
        await self.handle(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: IO[bytes] = scope["extensions"][BODY]
        # Daphne takes the root path from a header that any client can send.
        scope = {**_with_length(scope, body), "root_path": ""}
        try:
            response = await self.respond_in_time(scope, body)
        except Refused as refused:
            response = self.refuse(scope, refused.status)
        if scope["method"] == "HEAD":
            await self.send_head(response, send)
            return
        if isinstance(response, PagedResponse):
            await self.send_stream(scope, response, send)
            return
        if not isinstance(response, StreamingHttpResponse):
            await self.send_response(response, send)
            return
        response.streaming_content = self.read_ahead(iter(response))
        try:
            await self.send_response(response, send)
        except OSError as error:
            # Its beginning is sent, so only its end can tell that it is not whole.
            logger.warning("A file ends early: %s: %r", scope["path"], error)
            scope["extensions"][CHANNEL].loseConnection()
        finally:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.web.pool, response.close)

    async def send_head(self, response: HttpResponseBase, send: Send) -> None:
        """Send a response's status and headers.

        Of a body that comes in several parts, Daphne would send all but the first, and
        the client take them for its next answer.
        """
        bare = HttpResponse(status=response.status_code, headers=response.headers)
        bare.cookies = response.cookies
        await self.send_response(bare, send)
        if isinstance(response, StreamingHttpResponse):
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.web.pool, response.close)

    async def send_stream(
        self, scope: Scope, response: PagedResponse, send: Send
    ) -> None:
        """Send a stream; if it fails, end the connection so that the client notices.

        The end of the body is missing then, or, where it is told by the connection
        alone (HTTP/1.0), the connection is reset.
        """
        channel, held = scope["extensions"][CHANNEL], holders(scope)
        loop = asyncio.get_running_loop()
        try:
            self.streams.begin(held)
        except Refused as refused:
            await self.send_response(self.refuse(scope, refused.status), send)
            await loop.run_in_executor(self.streams.pool, response.close)
            return
        try:
            response.streaming_content = self.streams.read(iter(response), channel)
            await self.send_response(response, send)
        except BaseException as error:
            channel.abort()
            if not isinstance(error, Exception):
                raise  # the server stops
            is_expected = isinstance(error, OSError | DatabaseError)
            logger.log(
                logging.WARNING if is_expected else logging.ERROR,
                "A stream ends early: %s: %r", scope["path"], error,
                exc_info=None if is_expected else error,
            )  # fmt: skip
        finally:
            self.streams.end(held)
            await loop.run_in_executor(self.streams.pool, response.close)

    async def respond_in_time(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """Answer a request, in a thread unless it is about liveness. Raises Refused."""
        deadline = Deadline.after(_timeout_s(scope))
        if scope["path"] in LIVENESS:
            return self.respond(scope, body, deadline)
        respond = partial(self.respond, scope, body, deadline)
        turn_ends_at = Deadline.after(settings.REQUEST_TIMEOUT_S).ends_at
        try:
            future = await self.web.start(holders(scope), respond, turn_ends_at)
        except BaseException:
            body.close()
            raise
        loop = asyncio.get_running_loop()
        while not future.done():
            left_s = deadline.ends_at + settings.GRACE_S - loop.time()
            if deadline.has_committed:
                await asyncio.wait((future,))
            elif left_s > 0:
                await asyncio.wait((future,), timeout=left_s)
            else:
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        response: HttpResponseBase = future.result()
        return response

    def respond(
        self, scope: Scope, body: IO[bytes], deadline: Deadline
    ) -> HttpResponseBase:
        """Answer one request entirely in the calling thread."""
        with closing(body), deadlines.under(deadline):
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, _error = self.create_request(scope, body)
            if request is None:  # Daphne passes on only requests that Django can read
                status = HTTPStatus.BAD_REQUEST
                return JsonResponse(refusal_body(status), status=status)
            response = self.get_response(request)
            if not isinstance(response, StreamingHttpResponse):
                response.close()  # here, because its content stays, and hops cost
            return response

    def refuse(self, scope: Scope, status: HTTPStatus) -> HttpResponseBase:
        """Answer on the event loop, at once."""
        logger.warning("A request is answered without its thread: %s", status)
        request, _error = self.create_request(scope, BytesIO())
        language = settings.LANGUAGE_CODE
        if request is not None:
            language = translation.get_language_from_request(request)
        headers = {"Cache-Control": NEVER_KEPT, "Retry-After": str(RETRY_AFTER_S)}
        with translation.override(language):
            body = refusal_body(status)
        response = JsonResponse(body, status=status, headers=headers)
        return response if request is None else cors.readable(request, response)

    async def read_ahead(self, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Yield a file's parts, each read in a thread instead of on the event loop.

        A whole file may take as long as it does. Raises TimeoutError for a part that
        takes longer than a request may.
        """
        loop = asyncio.get_running_loop()
        while True:
            async with asyncio.timeout(settings.REQUEST_TIMEOUT_S):
                part = await loop.run_in_executor(self.web.pool, next, parts, b"")
            if not part:
                return
            yield part


def _timeout_s(scope: Scope) -> float:
    """Return how long a request may be worked on, longer for one with pictures.

    Its statements are still bounded one by one, so nothing that hangs takes longer.
    """
    for name, value in scope["headers"]:
        if name == b"content-type" and value[:10].lower() == b"multipart/":
            return float(settings.UPLOAD_TIMEOUT_S)
    return float(settings.REQUEST_TIMEOUT_S)


def _with_length(scope: Scope, body: IO[bytes]) -> Scope:
    """Give a chunked request its Content-Length."""
    if any(name == b"content-length" for name, _value in scope["headers"]):
        return scope
    length = body.seek(0, 2)
    body.seek(0)
    header = (b"content-length", str(length).encode())
    return {**scope, "headers": [*scope["headers"], header]}
