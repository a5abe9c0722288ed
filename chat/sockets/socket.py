"""One open socket: up to which number of each room its client has been sent."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from functools import cached_property

from django.db import Error as DatabaseError

from chat import reads
from chat.constants import BIGINT_MAX
from chat.errors import RoomUnknown
from chat.live import Spoken
from chat.sockets.handshake import Guest
from chat.sockets.queries import seen_frame
from chat.sockets.threads import in_thread
from chat.wire import frames
from matchmaker.models import Visibility
from project.lib.server.socket_bounds import Wire, framed

logger = logging.getLogger(__name__)

PAGE = 100  # messages read at once


class Run:
    """Messages of a room that follow one another, as bytes made once for all sockets.

    `together`: what a socket gets that lacks all of them and may see them.
    """

    def __init__(self, room_id: int, messages: Sequence[Spoken]) -> None:
        self.room_id, self.messages = room_id, messages
        self.first, self.last = messages[0].number, messages[-1].number
        self.senders = {message.sender_id for message in messages}
        self.frames = [framed(message.text) for message in messages]
        self.together = b"".join(self.frames)

    def after(self, position: int, hidden: Collection[int]) -> bytes:
        """Return the messages after `position`; those of `hidden` senders are empty."""
        return b"".join(
            self._hidden[place] if message.sender_id in hidden else self.frames[place]
            for place, message in enumerate(self.messages)
            if message.number > position
        )

    @cached_property
    def _hidden(self) -> list[bytes]:
        numbers = range(self.first, self.last + 1)
        empty = [frames.message_hidden(self.room_id, number) for number in numbers]
        return [framed(frames.encoded(frame)) for frame in empty]


class Socket:
    """A socket; all its messages go through `_put`, each once and in its turn.

    The next message of a room is sent live. In every other case (a gap, a slow client,
    changed rights, a `resume`) the room is `behind`, and what the socket lacks is read
    from the database, as the member may see it then.
    """

    def __init__(self, guest: Guest, wire: Wire, close: Callable[[int], None]) -> None:
        self.member_id = guest.member.pk
        self.user = frames.user(guest.member.pk, guest.member.first_name)
        self.token_version = guest.ticket.token_version
        self.token_family = guest.ticket.token_family
        self.hides = guest.member.visibility == Visibility.HIDDEN
        self.wire, self.close = wire, close
        self.lobby_id: int | None = None
        self.positions: dict[int, int] = {}
        self.hidden = guest.hidden
        self.behind: set[int] = set()
        self.shared: set[int] = set()  # rooms where presence is told
        self.online: set[int] = set()  # the others, as the client was told
        # Set until the client resumes or a moment has passed: live messages before that
        # would come twice or out of order.
        self.is_held = True
        self.is_resuming = False
        self.is_current = asyncio.Event()
        self.is_current.set()
        self._task: asyncio.Task[None] | None = None
        wire.when_clear = self.catch_up

    def is_typing_told(self, room_id: int) -> bool:
        """Return whether others there may know that the member is about to write."""
        return not self.hides or room_id in self.shared

    @property
    def is_waiting(self) -> bool:
        return self.is_held or not self.is_current.is_set() or self.wire.is_congested

    def deliver(self, run: Run) -> None:
        """Send messages of a room, without those that the client has already."""
        position = self.positions.get(run.room_id)
        if position is None or run.last <= position:
            return
        if position + 1 < run.first or self.is_waiting:
            self.lacks(run.room_id)
        elif position + 1 == run.first and self.hidden.isdisjoint(run.senders):
            self._put(run.room_id, run.last, run.together)
        else:
            self._put(run.room_id, run.last, run.after(position, self.hidden))

    def tell(self, frame: bytes, sender_id: int | None, *, is_passing: bool) -> None:
        """Send another frame; `passing` ones may be left out for a slow client."""
        if sender_id in self.hidden:
            return
        if is_passing and (self.wire.is_congested or not self.is_current.is_set()):
            return
        self.wire.write(frame)

    def tell_presence(self, member_id: int, frame: bytes, *, is_online: bool) -> None:
        """Send that a member is online or offline, if that is news to the client."""
        is_known = (member_id in self.online) == is_online
        if is_known or member_id in self.hidden or member_id == self.member_id:
            return
        (self.online.add if is_online else self.online.discard)(member_id)
        self.wire.write(frame)

    def lacks(self, room_id: int) -> None:
        self.behind.add(room_id)
        self.catch_up()

    def release(self) -> None:
        if self.is_held:
            self.is_held = False
            self.catch_up()

    def release_if_silent(self) -> None:
        """Stop waiting for `resume`; if one has begun, it may take longer."""
        if not self.is_resuming:
            self.release()

    def doubt(self) -> None:
        """Send no more until the member's rights have been read anew."""
        self.is_current.clear()

    def trust(self) -> None:
        if not self.is_current.is_set():
            self.is_current.set()
            self.catch_up()

    def catch_up(self) -> None:
        """Begin to send what is missing, unless that is under way or must wait."""
        is_under_way = self._task is not None and not self._task.done()
        if self.behind and not self.is_waiting and not is_under_way:
            self._task = asyncio.get_running_loop().create_task(self._catch_up())

    def end(self) -> None:
        self.positions.clear()
        self.behind.clear()
        self.wire.when_clear = None
        if self._task is not None:
            self._task.cancel()

    async def replay_all(self, room_id: int) -> None:
        """Send all that is missing, as fast as the client takes it.

        Raises RoomUnknown, django.db.Error.
        """
        is_lacking = True
        while is_lacking:
            await self.is_current.wait()
            await self.wire.until_clear()
            is_lacking = await self.replay(room_id)
        if room_id not in self.positions:
            raise RoomUnknown

    async def replay(self, room_id: int) -> bool:
        """Send one page of what is missing; False: nothing was missing.

        Raises RoomUnknown, django.db.Error.
        """
        after = self.positions.get(room_id)
        if after is None:
            return False
        page = await in_thread(
            reads.messages_between, self.member_id, room_id,
            after=after, up_to=BIGINT_MAX, limit=PAGE,
        )  # fmt: skip
        for message in page:
            # Another task may have moved the position since this was read.
            if self.is_waiting or room_id not in self.positions:
                return True
            if message.number == self.positions[room_id] + 1:
                text = frames.encoded(seen_frame(message))
                self._put(room_id, message.number, framed(text))
        return len(page) == PAGE or self.positions.get(room_id, after) < after

    def _put(self, room_id: int, number: int, frame: bytes) -> None:
        self.positions[room_id] = number
        self.wire.write(frame)

    async def _catch_up(self) -> None:
        while self.behind and not self.is_waiting:
            room_id = next(iter(self.behind))
            try:
                # Set before the read: what comes during it makes the room behind again.
                self.behind.discard(room_id)
                if await self.replay(room_id):
                    self.behind.add(room_id)
            except RoomUnknown:
                continue  # no longer the member's room; the hub is about to say so
            except DatabaseError as error:
                logger.warning("A socket cannot catch up yet: %s", error)
                self.behind.add(room_id)
                return  # repair.py tries again
