"""Tell open sockets, on all servers, what has happened.

Called on commit, from any thread and any process; it never waits and never raises. What
is lost on the way, for example with Redis, the servers notice themselves
(sockets/repair.py).
"""

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import redis
from channels.layers import get_channel_layer
from django.conf import settings

from chat.wire import frames

logger = logging.getLogger(__name__)

Event = dict[str, Any]

# If Redis hangs, waiting broadcasts must not fill the memory.
MAX_WAITING = 10_000

_ORIGIN = uuid4().hex
# Sockets of this process hear of it without Redis: sockets/hub.py.
_here: list[Callable[[Event], None]] = []


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message as everybody in the room may see it; `sender_id` None: hidden."""

    number: int
    sender_id: int | None
    text: str


def tell_messages(room_id: int, messages: Sequence[Spoken]) -> None:
    """Send a room's messages; each socket gets each in its turn, once."""
    new = [astuple(each) for each in messages]
    event = {"kind": "messages", "room": room_id, "messages": new}
    _tell([frames.room_group(room_id)], event)


def tell_room(
    room_id: int, frame: frames.Frame, *, sender_id: int | None = None
) -> None:
    """Send a frame to everybody in the room, except across a block with the sender."""
    event = {
        "kind": frame["type"],
        "room": room_id,
        "sender": sender_id,
        "text": frames.encoded(frame),
    }
    _tell([frames.room_group(room_id)], event)


def tell_members(member_ids: Iterable[int], frame: frames.Frame) -> None:
    """Send a frame to all sockets of these members."""
    ids = sorted(set(member_ids))
    event = {"kind": "of_members", "members": ids, "text": frames.encoded(frame)}
    _tell([frames.member_group(each) for each in ids], event)


def refresh_members(member_ids: Iterable[int]) -> None:
    """Make the sockets of these members read their rights anew: rooms, blocks, tokens.

    They get no messages meanwhile, and `room.new` and `room.gone` as needed.
    """
    ids = sorted(set(member_ids))
    event = {"kind": "rights", "members": ids}
    _tell([frames.member_group(each) for each in ids], event)


def refresh_room(room_id: int) -> None:
    """Do the same for everybody in the room."""
    event = {"kind": "rights_in", "room": room_id}
    _tell([frames.room_group(room_id)], event)


def tell_presence(
    room_ids: Iterable[int], member: frames.Frame, *, is_online: bool
) -> None:
    """Tell everybody who shares one of these rooms with the member, once each."""
    ids = sorted(set(room_ids))
    event = {
        "kind": "presence",
        "rooms": ids,
        "sender": member["id"],
        "is_online": is_online,
        "text": frames.encoded(frames.presence(member, is_online=is_online)),
    }
    _tell([frames.room_group(each) for each in ids], event)


def listen_here(take: Callable[[Event], None]) -> None:
    """Call `take` with every event of this process, in the caller's thread."""
    _here[:] = [take]


def is_from_here(event: Event) -> bool:
    return event.get("origin") == _origin()


def _tell(groups: list[str], event: Event) -> None:
    event |= {"type": "chat.event", "origin": _origin()}
    if len(groups) > 1:  # a server may be in many of them and recognizes repeats
        event["name"] = uuid4().hex
    for take in _here:
        take(event)
    publisher = _publisher(os.getpid())
    for group in groups:
        publisher.put(group, event)


def _origin() -> str:
    return f"{_ORIGIN}.{os.getpid()}"  # workers fork


@cache
def _publisher(pid: int) -> "_Publisher":
    return _Publisher()


class _Publisher:
    """A thread with an event loop, because the channel layer can only send from one.

    `async_to_sync` would open a connection to Redis for each broadcast.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.waiting: asyncio.Queue[tuple[str, Event]] = asyncio.Queue(MAX_WAITING)
        threading.Thread(target=self._run, name="chat-publisher", daemon=True).start()
        atexit.register(self._finish)

    def put(self, group: str, event: Event) -> None:
        self.loop.call_soon_threadsafe(self._put, group, event)

    def _put(self, group: str, event: Event) -> None:
        if self.waiting.full():
            self._forget()
        self.waiting.put_nowait((group, event))

    def _run(self) -> None:
        self.loop.run_until_complete(self._publish())

    async def _publish(self) -> None:
        layer = get_channel_layer()
        while True:
            group, event = await self.waiting.get()
            try:
                await asyncio.wait_for(
                    layer.group_send(group, event), settings.REDIS_TIMEOUT_S
                )
            except (redis.RedisError, OSError, TimeoutError) as error:
                logger.warning("Redis fails, a broadcast is lost: %s", error)
                self._forget()
            except Exception:
                # One failed broadcast must not stop all later ones.
                logger.exception("A broadcast cannot be sent")
            self.waiting.task_done()

    def _forget(self) -> None:
        """Drop the waiting broadcasts: trying each in turn would take hours."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
            self.waiting.task_done()

    def _finish(self) -> None:
        """Send what still waits before the process (for example a command) ends."""
        done = asyncio.run_coroutine_threadsafe(self.waiting.join(), self.loop)
        try:
            done.result(settings.REDIS_TIMEOUT_S)
        except TimeoutError:
            done.cancel()
