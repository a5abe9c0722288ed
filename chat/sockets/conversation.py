"""Carry out a client's frames by the services, and answer in frames."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from django.db import Error as DatabaseError
from django.utils.translation import gettext as _

from chat import live, reads
from chat.constants import FRAMES_BURST, FRAMES_PER_S
from chat.errors import RoomUnknown
from chat.limits import Bucket
from chat.services import Draft
from chat.sockets import commands
from chat.sockets.queries import seen_frame
from chat.sockets.servers import Server
from chat.sockets.socket import Socket
from chat.sockets.threads import in_thread
from chat.wire import frames, incoming
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from project.lib.errors import DomainError

logger = logging.getLogger(__name__)


class Conversation:
    """Frames of one client, one after the other."""

    def __init__(
        self,
        server: Server,
        socket: Socket,
        member: Member,
        tell: Callable[[frames.Frame], Awaitable[None]],
    ) -> None:
        self.hub, self.sending = server.hub, server.sending
        self.socket, self.member, self.tell = socket, member, tell
        self.bucket = Bucket(FRAMES_PER_S, FRAMES_BURST)

    async def hear(self, text: str) -> None:
        """Answer a frame. Its errors are sent to the client; raises TokenDead only."""
        if not self.bucket.take():
            await self.tell(commands.slow_down())
            return
        client_id = None
        try:
            command = incoming.read(text)
            if isinstance(command, incoming.Send) and command.client_id:
                client_id = str(command.client_id)
            if not isinstance(command, incoming.Resume):
                self.socket.release()
            await self.do(command)
        except incoming.FrameInvalid as invalid:
            self.socket.release()
            await self.tell(invalid.frame)
        except TokenDead:
            raise
        except DomainError as error:
            await self.tell(frames.error(error.code, str(error.detail), client_id))
        except DatabaseError as error:
            logger.warning("A frame cannot be answered: %s", error)
            detail = _("The service is temporarily unavailable. Try again soon.")
            await self.tell(frames.error("unavailable", detail, client_id))

    async def do(self, command: incoming.Command) -> None:
        socket, member = self.socket, self.member
        match command:
            case incoming.Ping():
                await self.tell(frames.pong())
            case incoming.Typing(room_id):
                if room_id not in socket.positions:
                    raise RoomUnknown
                if socket.is_typing_told(room_id):
                    frame = frames.typing(room_id, socket.user)
                    live.tell_room(room_id, frame, sender_id=member.pk)
            case incoming.Read(room_id, number):
                await in_thread(commands.mark_read, member, room_id, number)
            case incoming.Send(room_id, text, client_id):
                room_id = room_id or socket.lobby_id
                if room_id is None:
                    raise RoomUnknown
                draft = Draft(member, text, client_id)
                repeated = await self.sending.send(room_id, draft)
                if repeated is not None:
                    await self.repeat(repeated, str(client_id))
            case incoming.Resume(after):
                await self.resume(after)

    async def repeat(self, message: reads.SeenMessage, client_id: str) -> None:
        """Send a message that was stored before, in its turn if that is still to come.

        If it is hidden, only this answer tells the client which message it was.
        """
        position = self.socket.positions.get(message.room_id)
        is_to_come = position is not None and position < message.number
        if is_to_come:
            await self.socket.replay_all(message.room_id)
        if message.is_hidden:
            await self.tell(seen_frame(message) | {"client_id": client_id})
        elif not is_to_come:
            await self.tell(seen_frame(message))

    async def resume(self, after: dict[int, int]) -> None:
        """Replay in order what follows, and tell the client when it has everything."""
        socket = self.socket
        socket.is_resuming = True
        try:
            mine = await self._set_back(after)
        finally:
            socket.is_resuming = False
            socket.release()
        reached = {}
        for room_id in mine:
            with suppress(RoomUnknown):
                await socket.replay_all(room_id)
                reached[room_id] = socket.positions[room_id]
        missed = await in_thread(
            commands.missed, self.member.pk, {pk: after[pk] for pk in reached}
        )
        for frame in missed:
            if frame["room"] in socket.positions:
                await self.tell(frame)
        if after.keys() - reached.keys():
            error = RoomUnknown()
            await self.tell(frames.error(error.code, str(error.detail)))
        await self.tell(frames.resumed(reached))

    async def _set_back(self, after: dict[int, int]) -> set[int]:
        """Set positions back to what the client says; return the rooms it is in."""
        positions = self.socket.positions
        counters = await in_thread(reads.counters, after.keys() & positions.keys())
        mine = counters.keys() & positions.keys()
        for room_id in mine:
            last = counters[room_id]
            positions[room_id] = min(after[room_id], last)
            self.hub.rooms[room_id].saw(last)
        return mine
