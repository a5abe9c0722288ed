"""A client that knows only the contract: it talks, comes back, and keeps what it hears.

It repeats what nobody has confirmed, under the same `client_id`, and after each new
connection asks for what follows the last number that it has of each room.
"""

import asyncio
import json
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.bench_chat.world import Seat

# Unconfirmed for so long: said again. So long, at random, before coming back.
REPEAT_S = 2.0
RETURN_S = (0.1, 0.5)
# A server that is silent for so long is taken for dead.
PONG_WITHIN_S = 5.0

Frame = dict[str, Any]


@dataclass
class Said:
    """A message of this client's; `number` once it is confirmed."""

    name: str
    room: int
    said_at: float
    sent_at: float = 0
    times: int = 0
    number: int | None = None
    confirmed_at: float | None = None


@dataclass
class Talker:
    """`heard`: of each room the `client_id`s of messages 1, 2, 3, … and when they came.

    `wrong`: what came twice, or before its turn.
    """

    url: str
    seat: Seat
    chance: random.Random
    heard: dict[int, list[tuple[str, float]]] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    outbox: dict[str, Said] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    answers: int = 0
    socket: ClientConnection | None = None

    async def stay(self) -> None:
        """Be connected, for ever."""
        headers = {"Authorization": f"Bearer {self.seat.token}"}
        while True:
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    self.url,
                    additional_headers=headers,
                    compression=None,
                    open_timeout=PONG_WITHIN_S * 2,
                    ping_interval=PONG_WITHIN_S,
                    ping_timeout=PONG_WITHIN_S,
                    close_timeout=1,
                ) as socket:
                    await self._converse(socket)
            self.socket = None
            await asyncio.sleep(self.chance.uniform(*RETURN_S))

    async def talk(self, pause_s: float) -> None:
        """Say something now and then, connected or not, for ever."""
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / pause_s))
            if self.heard:
                await self.say()

    async def repeat(self) -> None:
        """Say again what nobody has confirmed, for ever."""
        while True:
            await asyncio.sleep(REPEAT_S / 4)
            now = time.monotonic()
            for said in [*self.outbox.values()]:
                # Ever more patient, or a slow server would get ever more to do.
                if now - said.sent_at > REPEAT_S * 2 ** min(said.times - 1, 3):
                    await self._send(said)

    async def say(self) -> Said:
        """Say something in one of the rooms: at once, or when there is a connection."""
        room = self.chance.choice(sorted(self.heard))
        said = Said(str(uuid4()), room, time.monotonic())
        self.said[said.name] = self.outbox[said.name] = said
        await self._send(said)
        return said

    async def _converse(self, socket: ClientConnection) -> None:
        welcome = json.loads(await socket.recv())
        self.connections += 1
        for room in welcome["rooms"]:
            self.heard.setdefault(room["id"], [])
        after = {str(room): len(heard) for room, heard in self.heard.items()}
        await socket.send(json.dumps({"type": "resume", "rooms": after}))
        async for text in socket:
            frame = json.loads(text)
            kind = frame["type"]
            if kind == "message.new":
                self.hear(frame)
            elif kind == "resumed":
                self.socket = socket
                for said in [*self.outbox.values()]:
                    await self._send(said)
            elif kind == "error":
                self.errors[frame["code"]] += 1
                if self.socket is None:
                    return  # it could not resume: once more from the beginning
            elif kind == "message.hidden":
                self.wrong["hidden"] += 1

    async def _send(self, said: Said) -> None:
        if self.socket is None:
            return
        said.sent_at = time.monotonic()
        said.times += 1
        frame = {"type": "message.send", "room": said.room, "message": said.name}
        with suppress(WebSocketException):
            await self.socket.send(json.dumps(frame | {"client_id": said.name}))

    def hear(self, frame: Frame) -> None:
        """Take a `message.new`."""
        now, name = time.monotonic(), frame["client_id"]
        heard, number = self.heard[frame["room"]], frame["id"]
        mine = self.said.get(name)
        if number == len(heard) + 1:
            heard.append((name, now))
        elif mine is not None and mine.times > 1:
            self.answers += 1  # to a repetition, which is told to this client only
        else:
            self.wrong["duplicates" if number <= len(heard) else "gaps"] += 1
        if mine is not None and mine.number is None:
            mine.number, mine.confirmed_at = number, now
            del self.outbox[name]
