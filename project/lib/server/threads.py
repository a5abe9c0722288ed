"""A fixed set of threads behind a bounded queue, with a share for each client."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple


class Holder(NamedTuple):
    """Who holds threads and places in the queue.

    `share`: how much of both it may have, 0 to 1; always at least one of each.
    """

    kind: str
    key: str | bytes
    share: float

    def part(self, whole: int) -> int:
        return max(1, int(whole * self.share))


class Refused(Exception):
    """There is no thread, in time: the status says why.

    503: the queue is full, or a turn did not come in time. 429: the caller has its
    whole share of the queue. That is the caller's own doing, so it is not said to be a
    fault of the service, whose clients and monitoring would take it for one.
    """

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(eq=False)
class _Turn:
    holders: tuple[Holder, ...]
    call: Callable[[], Any]
    started: "asyncio.Future[asyncio.Future[Any]]"


class SharedThreads:
    """Threads that call, in the order of arrival; used from one event loop only.

    Whoever has its share of the threads is passed over, so that others do not wait
    behind it: what hangs for one client holds up that client.
    """

    def __init__(self, name: str, threads: int, queue: int) -> None:
        self.pool = ThreadPoolExecutor(threads, name)
        self._threads, self._queue = threads, queue
        self._free = threads
        self._used: Counter[Holder] = Counter()
        self._waiting: dict[_Turn, None] = {}  # ordered, and quick to leave
        self._places: Counter[Holder] = Counter()

    async def start(
        self,
        holders: tuple[Holder, ...],
        call: Callable[[], Any],
        ends_at: float,
    ) -> "asyncio.Future[Any]":
        """Return the call's future when it has begun in a thread. Raises Refused.

        `ends_at`: by time.monotonic(), until when it may wait for its turn.
        """
        if self._may_start(holders):
            return self._start(holders, call)
        if len(self._waiting) >= self._queue:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        if any(self._places[each] >= each.part(self._queue) for each in holders):
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS)
        turn = _Turn(holders, call, asyncio.get_running_loop().create_future())
        self._waiting[turn] = None
        self._places.update(holders)
        try:
            left_s = ends_at - time.monotonic()
            started, _waits = await asyncio.wait((turn.started,), timeout=left_s)
        finally:
            self._leave_queue(turn)
        if not started:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        return turn.started.result()

    def _may_start(self, holders: tuple[Holder, ...]) -> bool:
        return self._free > 0 and all(
            self._used[each] < each.part(self._threads) for each in holders
        )

    def _start(
        self, holders: tuple[Holder, ...], call: Callable[[], Any]
    ) -> "asyncio.Future[Any]":
        self._free -= 1
        self._used.update(holders)
        future = asyncio.get_running_loop().run_in_executor(self.pool, call)
        future.add_done_callback(partial(self._ended, holders))
        return future

    def _ended(
        self, holders: tuple[Holder, ...], _future: "asyncio.Future[Any]"
    ) -> None:
        self._free += 1
        _take_off(self._used, holders)
        for turn in [*self._waiting]:
            if not self._free:
                break
            if self._may_start(turn.holders):
                self._leave_queue(turn)
                turn.started.set_result(self._start(turn.holders, turn.call))

    def _leave_queue(self, turn: _Turn) -> None:
        if turn in self._waiting:
            del self._waiting[turn]
            _take_off(self._places, turn.holders)


def _take_off(counts: Counter[Holder], holders: tuple[Holder, ...]) -> None:
    counts.subtract(holders)
    for each in holders:
        if not counts[each]:
            del counts[each]  # otherwise every client ever seen would stay
