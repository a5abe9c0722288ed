"""What is asked while something is in work is done together."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from django.db import OperationalError

from chat.sockets.together import AT_ONCE, Together
from project.lib.database.deadlines import Deadline, TimeIsUp


class Work:
    """Answers each word by itself in capitals, when it is let."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.deadlines: list[Deadline] = []
        self.may_go = asyncio.Event()

    async def __call__(
        self, deadline: Deadline, words: list[str]
    ) -> list[str | Exception]:
        self.calls.append(words)
        self.deadlines.append(deadline)
        await self.may_go.wait()
        if "all fail" in words:
            raise OperationalError
        return [ValueError(w) if w == "wrong" else w.upper() for w in words]


async def begun(*asked: Awaitable[str]) -> "list[asyncio.Task[str]]":
    tasks = [asyncio.ensure_future(each) for each in asked]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


def running(test: Callable[[Together[str, str], Work], Awaitable[None]]) -> None:
    async def run() -> None:
        work = Work()
        await test(Together(work), work)

    asyncio.run(run())


def test_first_goes_at_once_and_the_others_together():
    async def test(together, work):
        first = await begun(together.ask("a"))
        others = await begun(*[together.ask(word) for word in ("b", "wrong", "c")])
        assert work.calls == [["a"]]
        work.may_go.set()

        assert await asyncio.gather(*first) == ["A"]
        b, wrong, c = await asyncio.gather(*others, return_exceptions=True)
        assert (b, c) == ("B", "C")
        assert isinstance(wrong, ValueError)
        assert work.calls == [["a"], ["b", "wrong", "c"]]
        assert await together.ask("d") == "D"

    running(test)


def test_error_is_everybodys_of_that_call_only():
    async def test(together, work):
        tasks = await begun(together.ask("a"))
        tasks += await begun(together.ask("all fail"), together.ask("b"))
        work.may_go.set()

        answers = await asyncio.gather(*tasks, return_exceptions=True)

        assert answers[0] == "A"
        assert [type(each) for each in answers[1:]] == [OperationalError] * 2
        assert await together.ask("c") == "C"

    running(test)


def test_who_has_gone_does_not_keep_the_others():
    async def test(together, work):
        first, second, third = await begun(*[together.ask(word) for word in "abc"])
        second.cancel()
        work.may_go.set()

        assert await asyncio.gather(first, third) == ["A", "C"]

    running(test)


def test_who_has_waited_too_long_is_not_done(settings):
    async def test(together, work):
        settings.REQUEST_TIMEOUT_S = 100
        (first,) = await begun(together.ask("a"))
        settings.REQUEST_TIMEOUT_S = 0
        (late,) = await begun(together.ask("late"))
        settings.REQUEST_TIMEOUT_S = 50
        rest = await begun(together.ask("b"), together.ask("c"))
        work.may_go.set()

        with pytest.raises(TimeIsUp):
            await late
        assert await asyncio.gather(first, *rest) == ["A", "B", "C"]
        assert work.calls == [["a"], ["b", "c"]]
        # The time in the queue counts.
        assert work.deadlines[1].ends_at < work.deadlines[0].ends_at

    running(test)


def test_calls_are_bounded():
    async def test(together, work):
        tasks = await begun(*[together.ask(str(i)) for i in range(2 * AT_ONCE + 2)])
        work.may_go.set()

        await asyncio.gather(*tasks)

        assert [len(call) for call in work.calls] == [AT_ONCE, AT_ONCE, 2]

    running(test)
