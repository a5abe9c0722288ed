"""All sockets of this process, and the one channel that brings them events.

One channel for the process, not one for each socket: a broadcast crosses Redis once per
server, and is encoded once. Everything here runs on the server's event loop.
"""

import asyncio
import logging
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Coroutine, Iterable
from typing import TypeVar

import redis
from channels.layers import get_channel_layer
from django.conf import settings

from chat import live
from chat.live import Event
from chat.sockets.rooms import LocalRoom
from chat.sockets.socket import Socket
from chat.wire import frames
from project.lib.server.socket_bounds import framed

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# Beyond that, events are dropped as if Redis had lost them: repair.py finds messages.
MAX_WAITING_EVENTS = 1_000
MAX_NAMES = 1_000
# After a failure only repair.py tries Redis, at this interval, not each client in turn.
REDIS_PAUSE_S = 2.0
# `typing` is told only in rooms that are small enough for somebody to care.
TYPING_SOCKETS = 200

REDIS_ERRORS = (redis.RedisError, OSError, TimeoutError)


class Hub:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.rooms: dict[int, LocalRoom] = {}
        self.members: dict[int, set[Socket]] = defaultdict(set)
        # Sockets that are counted in Redis: those above, and some that are opening or
        # closing.
        self.counted: Counter[int] = Counter()
        # Members whose rights are to be read anew, and how often that was requested.
        self.doubted: dict[int, int] = {}
        self.has_doubts = asyncio.Event()
        self.changes = 0  # of anybody's rights, for those who are being let in
        self._events: asyncio.Queue[Event] = asyncio.Queue(MAX_WAITING_EVENTS)
        self._names: OrderedDict[str, None] = OrderedDict()
        self._layer = get_channel_layer()
        self._channel: str | None = None
        self._wanted: set[str] = set()
        self._joined: set[str] = set()
        self._unsettled: set[str] = set()
        self._settling = asyncio.Lock()
        self._failed_at_s = -REDIS_PAUSE_S
        self._tasks = [self.loop.create_task(self._dispatch())]
        live.listen_here(self._take_from_thread)

    def run(self, task: Coroutine[None, None, None]) -> None:
        """Keep a task for as long as the hub."""
        self._tasks.append(self.loop.create_task(task))

    # Who is where

    def add(self, socket: Socket) -> None:
        self.members[socket.member_id].add(socket)
        self._want(frames.member_group(socket.member_id))

    def join(self, socket: Socket, room_id: int, last: int) -> bool:
        """Send the socket what comes after `last`; True: the room is new here."""
        room = self.rooms.get(room_id)
        is_new = room is None
        if room is None:
            room = self.rooms[room_id] = LocalRoom(room_id, last)
            self._want(frames.room_group(room_id))
        room.sockets.add(socket)
        socket.positions[room_id] = last
        if last < room.last:
            socket.lacks(room_id)
        room.saw(last)
        return is_new

    def leave(self, socket: Socket, room_id: int) -> None:
        socket.positions.pop(room_id, None)
        socket.behind.discard(room_id)
        socket.shared.discard(room_id)
        room = self.rooms.get(room_id)
        if room is not None:
            room.sockets.discard(socket)
            if not room.sockets:
                del self.rooms[room_id]
                room.end()
                self._unwant(frames.room_group(room_id))

    def remove(self, socket: Socket) -> None:
        for room_id in [*socket.positions]:
            self.leave(socket, room_id)
        socket.end()
        mine = self.members[socket.member_id]
        mine.discard(socket)
        if not mine:
            del self.members[socket.member_id]
            self.doubted.pop(socket.member_id, None)
            self._unwant(frames.member_group(socket.member_id))

    def doubt(self, member_ids: Iterable[int]) -> None:
        """Hold back what these members' sockets get until rights.py has looked."""
        for member_id in member_ids:
            if member_id in self.members:
                self.doubted[member_id] = self.doubted.get(member_id, 0) + 1
                for socket in self.members[member_id]:
                    socket.doubt()
        if self.doubted:
            self.has_doubts.set()

    # The channel layer

    async def settle(self) -> None:
        """Join wanted groups and leave the others, as far as Redis allows.

        What fails is tried again next time.
        """
        async with self._settling:
            if self.loop.time() < self._failed_at_s + REDIS_PAUSE_S:
                return
            try:
                if self._channel is None:
                    await self._open_channel()
                while self._unsettled:
                    await self._settle_one(next(iter(self._unsettled)))
            except REDIS_ERRORS as error:
                logger.warning("Redis fails, broadcasts wait: %r", error)
                self._failed_at_s = self.loop.time()

    async def _open_channel(self) -> None:
        channel = await _in_time(self._layer.new_channel())
        self._channel = channel
        self.run(self._receive(channel))

    async def _settle_one(self, group: str) -> None:
        is_wanted = group in self._wanted
        if is_wanted != (group in self._joined):
            if is_wanted:
                await _in_time(self._layer.group_add(group, self._channel))
                self._joined.add(group)
            else:
                await _in_time(self._layer.group_discard(group, self._channel))
                self._joined.discard(group)
        if is_wanted == (group in self._wanted):
            self._unsettled.discard(group)

    def _want(self, group: str) -> None:
        self._wanted.add(group)
        self._unsettled.add(group)

    def _unwant(self, group: str) -> None:
        self._wanted.discard(group)
        self._unsettled.add(group)

    # Events

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                event = await self._layer.receive(channel)
                if not live.is_from_here(event):
                    self._take(event)
            except Exception:
                # A message that is not ours must not stop the reading.
                logger.exception("A broadcast cannot be read")

    def _take_from_thread(self, event: Event) -> None:
        self.loop.call_soon_threadsafe(self._take, event)

    def _take(self, event: Event) -> None:
        if self._events.full():
            logger.warning("More happens than the sockets can be told")
            return
        self._events.put_nowait(event)

    async def _dispatch(self) -> None:
        while True:
            event = await self._events.get()
            try:
                await self._handle(event)
            except Exception:
                # One failed event must not stop all later ones.
                logger.exception("An event of the chat fails")

    async def _handle(self, event: Event) -> None:
        if self._was_here(event.get("name")):
            return
        room = self.rooms.get(event.get("room", 0))
        self.changes += event["kind"] in ("rights", "rights_in")
        match event["kind"]:
            case "messages" if room:
                await room.take([live.Spoken(*each) for each in event["messages"]])
            case "rights":
                self.doubt(event["members"])
            case "rights_in" if room:
                self.doubt({socket.member_id for socket in room.sockets})
            case "of_members":
                frame = framed(event["text"])
                for member_id in event["members"]:
                    for socket in self.members.get(member_id, ()):
                        socket.tell(frame, None, is_passing=False)
            case "presence":
                frame = framed(event["text"])
                here = [self.rooms[r] for r in event["rooms"] if r in self.rooms]
                for socket in {
                    s for room in here for s in room.sockets if room.id in s.shared
                }:
                    socket.tell_presence(
                        event["sender"], frame, is_online=event["is_online"]
                    )
            case "typing" if room and len(room.sockets) <= TYPING_SOCKETS:
                frame = framed(event["text"])
                for socket in room.sockets:
                    if socket.member_id != event["sender"]:
                        socket.tell(frame, event["sender"], is_passing=True)
            case "message.read" | "message.hidden" if room:
                frame = framed(event["text"])
                for socket in room.sockets:
                    socket.tell(frame, event["sender"], is_passing=False)

    def _was_here(self, name: str | None) -> bool:
        """Whether this event has come already; it goes to several groups."""
        if name is None:
            return False
        if name in self._names:
            return True
        self._names[name] = None
        if len(self._names) > MAX_NAMES:
            self._names.popitem(last=False)
        return False


async def _in_time(asking: Coroutine[None, None, Answer]) -> Answer:
    """Wait for an answer of the channel layer. Raises one of REDIS_ERRORS."""
    try:
        async with asyncio.timeout(settings.REDIS_TIMEOUT_S):
            return await asking
    except (AttributeError, RuntimeError) as error:
        # redis-py raises these when another task has just lost the connection, or is
        # making it anew and reads from it.
        raise redis.ConnectionError("The connection has been lost.") from error
