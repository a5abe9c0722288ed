"""A room with sockets in this process; it puts the room's messages in order."""

import asyncio
import logging
from collections.abc import Iterable

from django.db import Error as DatabaseError

from chat.live import Spoken
from chat.sockets import queries
from chat.sockets.socket import Run, Socket
from chat.sockets.threads import in_thread
from chat.wire import frames
from project.lib.server.socket_bounds import framed

logger = logging.getLogger(__name__)

# Broadcasts of two senders may overtake each other by a little.
PATIENCE_S = 0.05
PAGE = 200
# After so many sockets, others get their turn on the event loop.
CHUNK = 200
# Messages that wait together are written together, up to about this size: less than
# what makes a client count as congested.
RUN_BYTES = 32 * 1024


class LocalRoom:
    """A room; numbers up to `last` were handed to its sockets, up to `known` exist.

    A gap between what was handed on and what arrived is read from the database, once
    for all sockets.
    """

    def __init__(self, room_id: int, last: int) -> None:
        self.id, self.last, self.known = room_id, last, last
        self.sockets: set[Socket] = set()
        self._next: dict[int, Spoken] = {}
        self._is_handing_on = self._is_reading = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    async def take(self, messages: Iterable[Spoken]) -> None:
        """Take messages that were sent, in any order and any number of times."""
        for message in messages:
            if message.number > self.last:
                if len(self._next) < PAGE:  # others are read when it is their turn
                    self._next[message.number] = message
                self.known = max(self.known, message.number)
        await self._hand_on()
        self._mind_gap(PATIENCE_S)

    def saw(self, number: int) -> None:
        """Note that a message of that number exists, however that was learnt."""
        if number > self.known:
            self.known = number
        self._mind_gap(0)

    def hide(self, number: int) -> None:
        """Tell sockets that have the message that it is hidden; others read it so."""
        frame = framed(frames.encoded(frames.message_hidden(self.id, number)))
        for socket in self.sockets:
            if socket.positions.get(self.id, 0) >= number:
                socket.tell(frame, None, is_passing=False)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    async def _hand_on(self) -> None:
        if self._is_handing_on:
            return  # whoever is filling takes these along
        self._is_handing_on = True
        try:
            while run := self._next_run():
                self.last = run.last
                await self._fan_out(run)
        finally:
            self._is_handing_on = False

    def _next_run(self) -> Run | None:
        """Take the messages that are next, as many as are written together."""
        number, size, messages = self.last + 1, 0, list[Spoken]()
        while number in self._next and size < RUN_BYTES:
            messages.append(self._next.pop(number))
            size += len(messages[-1].text)
            number += 1
        return Run(self.id, messages) if messages else None

    async def _fan_out(self, run: Run) -> None:
        for i, socket in enumerate([*self.sockets], start=1):
            socket.deliver(run)
            if i % CHUNK == 0:
                await asyncio.sleep(0)

    def _mind_gap(self, patience_s: float) -> None:
        if self.last < self.known and self._timer is None and not self._is_reading:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(patience_s, self._read_soon)

    def _read_soon(self) -> None:
        self._timer = None
        if self.last < self.known and not self._is_reading:
            self._is_reading = True
            self._task = asyncio.get_running_loop().create_task(self._fill())

    async def _fill(self) -> None:
        """Read what is missing and hand it on; what is not stored yet comes later."""
        try:
            is_full = True
            while is_full and self.last < self.known:
                page = await in_thread(queries.spoken, self.id, self.last, PAGE)
                for message in page:
                    if message.number > self.last:
                        self._next[message.number] = message
                        self.known = max(self.known, message.number)
                await self._hand_on()
                is_full = len(page) == PAGE
        except DatabaseError as error:
            logger.warning("A gap in room %s stays for now: %s", self.id, error)
        finally:
            self._is_reading = False
