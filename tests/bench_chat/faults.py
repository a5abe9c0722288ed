"""Members talk while what they talk through is killed in turn."""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.bench_chat import world
from tests.bench_chat.talker import Talker
from tests.bench_chat.verdict import STORED, Verdict, judge
from tests.harness.daphnes import Daphnes
from tests.harness.postgres import Backends
from tests.harness.waiting import PATIENCE_S

SERVERS = 2
# In the worst case: the server starts, and the rooms' counters are looked at.


@dataclass(frozen=True)
class Kill:
    """What is killed; a list, for all of it is dead at once."""

    name: str
    kills: Sequence[Callable[[], None]]
    starts: Sequence[Callable[[], None]]


@dataclass
class Struck:
    """How it went: seconds from the kill on until everybody had each other's messages.

    `waits_s`: from saying something to its confirmation, the longest of each turn.
    """

    times: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    struck: dict[str, Struck]
    lasted_s: float


def run(
    backends: Backends,
    people: world.World,
    *,
    rounds: int,
    pause_s: float,
    down_s: float,
) -> Outcome:
    """`pause_s`: between one talker's messages; `down_s`: from a kill to the start."""
    folder, environment = backends.folder, backends.environment
    with Daphnes(
        folder, "faults", "project.asgi:application", SERVERS,
        THROTTLES="on", **environment,
    ) as daphnes:  # fmt: skip
        kills = _kills(daphnes, backends)
        turns = kills * rounds or kills[:3]
        started = time.monotonic()
        crowd = Crowd(daphnes, people, pause_s)
        struck = asyncio.run(crowd.suffer(turns, down_s))
        verdict = judge(crowd.talkers, backends.postgres.query(STORED))
        return Outcome(verdict, struck, time.monotonic() - started)


def _kills(daphnes: Daphnes, backends: Backends) -> list[Kill]:
    postgres, redis = backends.postgres, backends.redis
    one = Kill("a Daphne", [daphnes.kill_busiest], [daphnes.start_missing])
    every = Kill(
        "all of it",
        [*[daphnes.kill_busiest] * SERVERS, redis.kill, postgres.kill],
        [postgres.start, redis.start, daphnes.start_missing],
    )
    stores = [
        Kill("Redis", [redis.kill], [redis.start]),
        Kill("PostgreSQL", [postgres.kill], [postgres.start]),
    ]
    return [one, *stores, one, every]


class Crowd:
    def __init__(self, daphnes: Daphnes, people: world.World, pause_s: float) -> None:
        self.pause_s = pause_s
        self.talkers = [
            Talker(daphnes.address.url, seat, random.Random(seat.id))
            for seat in people.together
        ]

    async def suffer(self, turns: Sequence[Kill], down_s: float) -> dict[str, Struck]:
        struck: dict[str, Struck] = {}
        async with asyncio.TaskGroup() as group:
            lasting = [
                group.create_task(work)
                for each in self.talkers
                for work in (each.stay(), each.repeat())
            ]
            await until(lambda: all(each.heard for each in self.talkers), self.standing)
            talks = [group.create_task(t.talk(self.pause_s)) for t in self.talkers]
            await self.say_now()
            await self.all_have_heard()
            for kill in turns:
                took = struck.setdefault(kill.name, Struck())
                await self._strike(kill, took, down_s)
            for task in talks:
                task.cancel()
            await self.all_have_heard()
            for task in lasting:
                task.cancel()
        return struck

    def standing(self) -> str:
        """For whoever waits in vain."""
        counts = {
            "connected": sum(each.socket is not None for each in self.talkers),
            "wait for a confirmation": sum(bool(each.outbox) for each in self.talkers),
            "unconfirmed": sum(len(each.outbox) for each in self.talkers),
            "connections": sum(each.connections for each in self.talkers),
        }
        rooms = {room for talker in self.talkers for room in talker.heard}
        last = {
            room: {len(t.heard[room]) for t in self.talkers if room in t.heard}
            for room in rooms
        }
        behind = {room: sorted(each) for room, each in last.items() if len(each) > 1}
        return f"{counts}, heard by room, where it differs: {behind}"

    async def _strike(self, kill: Kill, took: Struck, down_s: float) -> None:
        took.times += 1
        at = time.monotonic()
        for step in kill.kills:
            await asyncio.to_thread(step)
        await asyncio.sleep(down_s)
        for step in kill.starts:
            await asyncio.to_thread(step)
        await self.say_now()
        await self.all_have_heard()
        now = time.monotonic()
        took.recoveries_s.append(now - at)
        print(f"{kill.name}: all well {now - at:.1f} s after", file=sys.stderr)
        took.waits_s.append(
            max(
                each.confirmed_at - each.said_at
                for talker in self.talkers
                for each in talker.said.values()
                if each.confirmed_at is not None and at <= each.confirmed_at <= now
            )
        )

    async def say_now(self) -> None:
        for talker in self.talkers:
            await talker.say()

    async def all_have_heard(self) -> None:
        """Return when what was said until now is confirmed, and whoever is in the room
        has it.
        """
        said = [each for talker in self.talkers for each in talker.said.values()]
        await until(lambda: all(each.number for each in said), self.standing)
        last: dict[int, int] = {}
        for each in said:
            last[each.room] = max(each.number or 0, last.get(each.room, 0))
        await until(
            lambda: all(
                len(heard) >= last.get(room, 0)
                for talker in self.talkers
                for room, heard in talker.heard.items()
            ),
            self.standing,
        )


async def until(condition: Callable[[], bool], standing: Callable[[], str]) -> None:
    """Raises SystemExit when it does not come true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(
                f"Not everybody has heard within {PATIENCE_S} s: {standing()}"
            )
        await asyncio.sleep(0.05)
