"""How a socket opens, is served and closes."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from django.utils import translation

from chat.presence import Entry, Exit, TooManySockets
from chat.sockets import handshake
from chat.sockets.conversation import Conversation
from chat.sockets.entering import (
    announce,
    enter_rooms,
    tell_who_is_online,
)
from chat.sockets.handshake import Guest
from chat.sockets.servers import server
from chat.sockets.socket import Socket
from chat.wire import frames
from matchmaker.errors import TokenDead
from project.lib.database.deadlines import TimeIsUp
from project.lib.redis.clients import redis_may_fail
from project.lib.server.application import WIRE

logger = logging.getLogger(__name__)

# How long a client may take to resume before new messages are sent to it.
HOLD_S = 1.0

Message = dict[str, Any]


class ChatConsumer(AsyncWebsocketConsumer):
    """One socket. It does not use Channels' own groups: see hub.py."""

    socket: Socket | None = None
    conversation: Conversation | None = None
    is_counted = False

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        # AsyncConsumer's, without a channel and its tasks for each socket.
        self.scope, self.base_send = scope, send
        try:
            while True:
                message = await receive()
                match message["type"]:
                    case "websocket.connect":
                        if not await self.let_in():
                            return
                    case "websocket.receive":
                        await self.hear(message)
                    case "websocket.disconnect":
                        return
        finally:
            await self.leave()

    # Opening

    async def let_in(self) -> bool:
        headers = dict(self.scope["headers"])
        try:
            if not handshake.is_known_origin(headers):
                raise handshake.Refused
            token, subprotocol = handshake.token_in(self.scope)
            self.ticket = handshake.ticket(token)
            self.server = server()
            changes = self.server.hub.changes
            guest = await self.server.admitting.ask(self.ticket)
            was_offline = await self.count()
        except (handshake.Refused, TooManySockets):
            await self.close()  # refused before it opens: 403
            return False
        except DatabaseError as error:
            logger.warning("A socket cannot be let in: %s", error)
            await self.close()
            return False
        translation.activate(handshake.language(headers, guest.member))
        await self.accept(subprotocol)
        try:
            await self.welcome(guest, changes, was_offline=was_offline)
        except DatabaseError as error:
            logger.warning("A socket cannot be welcomed: %s", error)
            await self.close(frames.UNAVAILABLE)
        return True

    async def count(self) -> bool:
        """Count the socket; True: the member was offline. Raises TooManySockets."""
        member_id = self.ticket.member_id
        counted = self.server.hub.counted
        self.is_counted = True
        counted[member_id] += 1
        entry = Entry(member_id, counted[member_id])
        return await self.record(entry, "a socket is not counted")

    async def record(self, step: Entry | Exit, otherwise: str) -> bool:
        """Record it as Presence does; False if Redis fails. Raises TooManySockets."""
        with suppress(TimeIsUp), redis_may_fail(otherwise):
            return await self.server.counting.ask(step)
        return False

    async def welcome(self, guest: Guest, changes: int, *, was_offline: bool) -> None:
        """Say hello; `changes`: the hub's, from before the guest's rights were read."""
        hub = self.server.hub
        loop = asyncio.get_running_loop()
        wire = self.scope["extensions"][WIRE]
        socket = Socket(guest, wire, self.close_soon)
        self.socket = socket
        self.conversation = Conversation(self.server, socket, guest.member, self.tell)
        self.timers = [
            loop.call_later(
                max(0, self.ticket.expires_at - time.time()),
                self.close_soon,
                frames.TOKEN_DEAD,
            ),
        ]
        rooms = [room.shown() for room in guest.rooms]
        await self.tell(frames.welcome(socket.user, rooms))
        socket.shared = {room.id for room in guest.rooms if room.is_presence_told}
        hub.add(socket)
        await enter_rooms(hub, socket, guest.rooms)
        if hub.changes != changes:
            hub.doubt([socket.member_id])
        if was_offline:
            announce(socket, socket.shared, is_online=True)
        await tell_who_is_online(self.server.presence, socket, socket.shared)
        # The client is heard only from now on; its first frames may be here already.
        self.timers.append(loop.call_later(HOLD_S, socket.release_if_silent))

    # Closing

    def close_soon(self, code: int) -> None:
        self.closing = asyncio.get_running_loop().create_task(self.close(code))

    async def leave(self) -> None:
        socket, member_id = self.socket, None
        if socket is not None:
            for timer in self.timers:
                timer.cancel()
            shared = {*socket.shared}
            self.server.hub.remove(socket)
        if self.is_counted:
            member_id = self.ticket.member_id
            counted = self.server.hub.counted
            counted[member_id] -= 1
            if not counted[member_id]:
                del counted[member_id]
            step = Exit(member_id, counted.get(member_id, 0))
            is_offline = await self.record(step, "a socket stays counted")
            if is_offline and socket is not None:
                announce(socket, shared, is_online=False)

    # Frames

    async def tell(self, frame: frames.Frame) -> None:
        await self.send(text_data=frames.encoded(frame))

    async def hear(self, message: Message) -> None:
        if self.conversation is None:
            return
        if message.get("text") is None:
            await self.close(frames.BINARY)
            return
        try:
            await self.conversation.hear(message["text"])
        except TokenDead:
            await self.close(frames.TOKEN_DEAD)
