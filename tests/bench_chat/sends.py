"""How many messages a second are accepted: all into one room, or into many."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from websockets.asyncio.client import connect

from tests.bench_chat.world import Seat


@dataclass(frozen=True)
class Accepted:
    """Messages a second, and the ms from sending each to its confirmation."""

    rate: float
    waits_ms: list[float]


def accepted(url: str, seats: Sequence[Seat], kind: str, seconds: float) -> Accepted:
    """Each sends to its room of that kind, the next when the last is confirmed."""
    return asyncio.run(_accepted(url, seats, kind, seconds))


async def _accepted(
    url: str, seats: Sequence[Seat], kind: str, seconds: float
) -> Accepted:
    together = asyncio.Barrier(len(seats))
    talks = [_talk(url, seat, kind, seconds, together) for seat in seats]
    waits_ms = [wait for waits in await asyncio.gather(*talks) for wait in waits]
    return Accepted(len(waits_ms) / seconds, waits_ms)


async def _talk(
    url: str, seat: Seat, kind: str, seconds: float, together: asyncio.Barrier
) -> list[float]:
    headers = {"Authorization": f"Bearer {seat.token}"}
    waits_ms = []
    async with connect(url, additional_headers=headers, compression=None) as socket:
        welcome = json.loads(await socket.recv())
        room = next(room["id"] for room in welcome["rooms"] if room["kind"] == kind)
        await together.wait()
        end = time.monotonic() + seconds
        while (sent_at := time.monotonic()) < end:
            name = str(uuid4())
            frame = {"type": "message.send", "room": room, "message": "bench"}
            await socket.send(json.dumps(frame | {"client_id": name}))
            # Others' messages come in between; parsing them would cost more.
            while name not in await socket.recv():
                pass
            waits_ms.append((time.monotonic() - sent_at) * 1000)
        await together.wait()
    return waits_ms
