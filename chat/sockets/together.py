"""Do at once what several sockets ask at the same time."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings

from project.lib.database.deadlines import Deadline, TimeIsUp

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

AT_ONCE = 100


@dataclass(frozen=True)
class _Waiting(Generic[Asked, Answer]):
    asked: Asked
    deadline: Deadline
    answer: "asyncio.Future[Answer]"


class Together(Generic[Asked, Answer]):
    """Work that is done for all who have asked for it meanwhile, in their order.

    The first does not wait: only what is asked while something is in work is put
    together. `work` returns an answer, or an error, to each; it gets the deadline of
    who asked first.
    """

    def __init__(
        self,
        work: Callable[
            [Deadline, list[Asked]], Awaitable[Sequence[Answer | Exception]]
        ],
    ) -> None:
        self._work = work
        self._waiting: deque[_Waiting[Asked, Answer]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Return the answer or raise the error; TimeIsUp after as long as a request."""
        loop = asyncio.get_running_loop()
        deadline = Deadline.after(settings.REQUEST_TIMEOUT_S)
        waiting = _Waiting[Asked, Answer](asked, deadline, loop.create_future())
        self._waiting.append(waiting)
        if self._task is None:
            self._task = loop.create_task(self._run())
        return await waiting.answer

    async def _run(self) -> None:
        while turn := self._next_turn():
            try:
                ends_at = min(each.deadline.ends_at for each in turn)
                answers = await self._work(
                    Deadline(ends_at), [each.asked for each in turn]
                )
            except Exception as error:  # whoever asked handles it
                answers = [error for _each in turn]
            for each, answer in zip(turn, answers, strict=True):
                _give(each.answer, answer)
        self._task = None

    def _next_turn(self) -> list[_Waiting[Asked, Answer]]:
        turn: list[_Waiting[Asked, Answer]] = []
        while self._waiting and len(turn) < AT_ONCE:
            each = self._waiting.popleft()
            try:
                each.deadline.check()
                turn.append(each)
            except TimeIsUp as error:
                _give(each.answer, error)
        return turn


def _give(future: "asyncio.Future[Answer]", answer: Answer | Exception) -> None:
    if future.done():  # whoever asked has gone
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
