"""Let sockets and members into rooms."""

import logging
from collections.abc import Collection

import redis
from django.db import Error as DatabaseError

from chat import live, reads
from chat.models import Kind
from chat.presence import Presence
from chat.reads import RoomState
from chat.sockets.hub import Hub
from chat.sockets.queries import companions
from chat.sockets.socket import Socket
from chat.sockets.threads import in_thread
from chat.wire import frames
from project.lib.server.socket_bounds import framed

logger = logging.getLogger(__name__)


async def enter_rooms(hub: Hub, socket: Socket, rooms: Collection[RoomState]) -> None:
    """Subscribe the socket to all that comes after what `rooms` say."""
    new = []
    for room in rooms:
        if room.kind == Kind.LOBBY:
            socket.lobby_id = room.id
        if hub.join(socket, room.id, room.last_id):
            new.append(room.id)
    await hub.settle()
    if new:  # sent after `rooms` were read, before this server subscribed
        for room_id, last in (await in_thread(reads.counters, new)).items():
            if room_id in hub.rooms:
                hub.rooms[room_id].saw(last)


async def tell_who_is_online(
    presence: Presence, socket: Socket, room_ids: Collection[int]
) -> None:
    """Send `presence` for each other member of these rooms who is online."""
    if not room_ids:
        return
    try:
        names = await in_thread(companions, room_ids)
        online = await in_thread(presence.online, names) if names else set()
    except (redis.RedisError, DatabaseError) as error:
        logger.warning("Who is online is not told: %s", error)
        return
    for member_id in online:
        member = frames.user(member_id, names[member_id])
        frame = frames.encoded(frames.presence(member, is_online=True))
        socket.tell_presence(member_id, framed(frame), is_online=True)


def announce(socket: Socket, room_ids: Collection[int], *, is_online: bool) -> None:
    """Tell the others in these rooms that the socket's member is online or offline.

    Presence is told in these rooms; others get it only where theirs is told too.
    """
    if room_ids:
        live.tell_presence(room_ids, socket.user, is_online=is_online)
