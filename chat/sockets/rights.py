"""Read members' rights anew and apply them to their sockets here."""

import asyncio
import logging
from collections.abc import Collection

from django.db import Error as DatabaseError

from chat import reads
from chat.presence import Presence
from chat.sockets.entering import (
    announce,
    enter_rooms,
    tell_who_is_online,
)
from chat.sockets.hub import Hub
from chat.sockets.queries import Standing, standing
from chat.sockets.socket import Socket
from chat.sockets.threads import in_thread
from chat.wire import frames
from matchmaker.models import Visibility
from project.lib.server.socket_bounds import framed

logger = logging.getLogger(__name__)

RETRY_S = 0.5

Entered = tuple[Socket, list[int]]


async def settle_doubts(hub: Hub, presence: Presence) -> None:
    """Read, forever, the rights of members whose rights have changed."""
    while True:
        await hub.has_doubts.wait()
        hub.has_doubts.clear()
        asked = dict(hub.doubted)
        try:
            entered = await look(hub, asked)
        except DatabaseError as error:
            # Their sockets wait: better late than with what they may not see.
            logger.warning("Rights cannot be read yet: %s", error)
            await asyncio.sleep(RETRY_S)
        except Exception:
            logger.exception("Rights cannot be read")
            await asyncio.sleep(RETRY_S)
        else:
            _trust(hub, asked)
            await greet(presence, entered)
        if hub.doubted:
            hub.has_doubts.set()


async def look(hub: Hub, member_ids: Collection[int]) -> list[Entered]:
    """Read what these members may do, and apply it to their sockets.

    Return those who came into rooms: `greet` then tells them who is online.
    """
    entered = []
    found = await in_thread(standing, [*member_ids])
    for member_id in member_ids:
        for socket in [*hub.members.get(member_id, ())]:
            now = found.get(member_id)
            if now is None or not now.person.has_signed_in(
                socket.token_version, socket.token_family
            ):
                socket.close(frames.TOKEN_DEAD)
            else:
                if gained := await _follow(hub, socket, now):
                    entered.append((socket, gained))
    return entered


async def greet(presence: Presence, entered: list[Entered]) -> None:
    """Tell members new in rooms and those already there of each other."""
    for socket, room_ids in entered:
        announce(socket, room_ids, is_online=True)
        await tell_who_is_online(presence, socket, room_ids)


async def _follow(hub: Hub, socket: Socket, now: Standing) -> list[int]:
    """Return the rooms where the socket's member and others see each other anew."""
    socket.hidden = now.person.hidden
    socket.hides = now.person.member.visibility == Visibility.HIDDEN
    for room_id in socket.positions.keys() - now.rooms:
        hub.leave(socket, room_id)
        frame = frames.encoded(frames.room_gone(room_id))
        socket.tell(framed(frame), None, is_passing=False)
    told_anew = now.shared - socket.shared
    if untold := (socket.shared - now.shared) & now.rooms:  # the member hides
        announce(socket, untold, is_online=False)
        told_anew = now.shared  # again where others may have been in those rooms too
    socket.shared = {*now.shared}
    if gained := now.rooms - socket.positions.keys():
        rooms = await in_thread(reads.rooms_of, socket.member_id)
        rooms = [room for room in rooms if room.id in gained]
        for room in rooms:
            frame = frames.encoded(frames.room_new(room.shown()))
            socket.tell(framed(frame), None, is_passing=False)
        await enter_rooms(hub, socket, rooms)
    return [*told_anew]


def _trust(hub: Hub, asked: dict[int, int]) -> None:
    """End the doubts, except those raised while the database was read."""
    for member_id, times in asked.items():
        if hub.doubted.get(member_id) == times:
            del hub.doubted[member_id]
            for socket in hub.members.get(member_id, ()):
                socket.trust()
