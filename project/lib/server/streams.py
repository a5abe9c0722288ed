"""Streams: how many there are at once, and the threads that read them.

A stream's parts are read one by one, each in a turn of these few threads, and the next
one only when the client has taken the one before. So a slow client holds neither a
thread nor a connection to the database, and streams take no thread from other requests.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from django.conf import settings
from django.db import close_old_connections

from project.lib.database import deadlines
from project.lib.database.deadlines import Deadline
from project.lib.server.channel_bounds import BoundedChannel
from project.lib.server.threads import Holder, Refused

# Enough to keep several fast clients busy; each has a connection to the database.
THREADS = 2


class Streams:
    """The streams of this process; used from one event loop only."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(THREADS, "streams")
        self._running = 0
        self._held: Counter[Holder] = Counter()

    def begin(self, holders: tuple[Holder, ...]) -> None:
        """Count a stream. Raises Refused if there are too many, or the caller's are."""
        if any(self._held[each] >= each.part(settings.STREAMS) for each in holders):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS)
        if self._running >= settings.STREAMS:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self._running += 1
        self._held.update(holders)

    def end(self, holders: tuple[Holder, ...]) -> None:
        self._running -= 1
        self._held.subtract(holders)
        self._held += Counter()  # without those that have none left

    async def read(
        self, parts: Iterator[bytes], channel: BoundedChannel
    ) -> AsyncIterator[bytes]:
        """Yield the parts until the client has left.

        Raises TimeoutError after STREAM_TIMEOUT_S, and whatever the reading raises.
        """
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + settings.STREAM_TIMEOUT_S
        while not channel.has_left:
            if loop.time() > ends_at:
                raise TimeoutError("the stream takes too long")
            part = await loop.run_in_executor(self.pool, _next, parts)
            if not part:
                return
            yield part


def _next(parts: Iterator[bytes]) -> bytes:
    with deadlines.under(Deadline.after(settings.REQUEST_TIMEOUT_S)):
        close_old_connections()  # also one that a restarted PostgreSQL has cut off
        return next(parts, b"")
