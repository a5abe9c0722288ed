"""A server's periodic tasks, so that nothing stays lost with a broadcast.

Each task runs once per process, however many sockets it has.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

import redis
from django.conf import settings
from django.db import Error as DatabaseError

from chat import live, reads
from chat.presence import Presence
from chat.sockets.entering import announce
from chat.sockets.hub import Hub
from chat.sockets.queries import hidden_lately, names, told_in
from chat.sockets.rights import greet, look, settle_doubts
from chat.sockets.threads import in_order, in_thread
from chat.wire import frames

logger = logging.getLogger(__name__)

# All rights are read once in so many rounds, a part of the members in each.
ROUNDS = 3
MEMBERS_AT_ONCE = 500


def start(hub: Hub, presence: Presence) -> None:
    rights = _Rights(hub, presence)
    hub.run(settle_doubts(hub, presence))
    hub.run(_every(settings.CHAT_REPAIR_S, lambda: find_messages(hub)))
    hub.run(_every(settings.CHAT_REPAIR_S, _Hidden(hub).find))
    hub.run(_every(settings.CHAT_REPAIR_S, rights.look_at_some))
    hub.run(_every(settings.CHAT_BEAT_S, lambda: beat(hub, presence)))


async def find_messages(hub: Hub) -> None:
    """Give rooms and sockets the messages whose broadcasts were lost."""
    await hub.settle()
    counters = await in_thread(reads.counters, [*hub.rooms])
    for room_id, number in counters.items():
        room = hub.rooms.get(room_id)
        if room is not None:
            room.saw(number)
            for socket in room.sockets:
                if socket.positions.get(room_id, room.last) < room.last:
                    socket.lacks(room_id)


class _Hidden:
    """Find messages that were hidden when no broadcast told of it.

    The database itself hides messages when their sender's account is deleted.
    """

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.told: set[tuple[int, int]] = set()

    async def find(self) -> None:
        found = await in_thread(hidden_lately, [*self.hub.rooms])
        for room_id, number in sorted(found - self.told):
            if room := self.hub.rooms.get(room_id):
                room.hide(number)
                await asyncio.sleep(0)
        self.told = found


async def beat(hub: Hub, presence: Presence) -> None:
    """Show that this server is alive, and tell who went offline with a dead server."""
    if not await in_order(presence.beat, dict(hub.counted)):
        # Redis lost them, or the others took this server for dead
        for sockets in [*hub.members.values()]:
            for socket in [*sockets][:1]:
                announce(socket, socket.shared, is_online=True)
    gone = await in_order(presence.bury)
    if gone:
        rooms = await in_thread(reads.rooms_by_member, gone)
        first_names = await in_thread(names, gone)
        for member_id, name in first_names.items():
            member = frames.user(member_id, name)
            live.tell_presence(told_in(rooms[member_id]), member, is_online=False)


class _Rights:
    """Read the rights of all members with sockets here, a part at a time."""

    def __init__(self, hub: Hub, presence: Presence) -> None:
        self.hub, self.presence = hub, presence
        self.round = 0

    async def look_at_some(self) -> None:
        self.round = (self.round + 1) % ROUNDS
        mine = [m for m in self.hub.members if m % ROUNDS == self.round]
        for i in range(math.ceil(len(mine) / MEMBERS_AT_ONCE)):
            part = mine[i * MEMBERS_AT_ONCE :][:MEMBERS_AT_ONCE]
            await greet(self.presence, await look(self.hub, part))


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except (DatabaseError, redis.RedisError) as error:
            logger.warning("The chat cannot repair itself yet: %s", error)
        except Exception:
            # A failure must not make this round the last.
            logger.exception("The chat cannot repair itself")
        await asyncio.sleep(seconds)
