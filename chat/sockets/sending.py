"""What the sockets of a process send to a room is stored together."""

from weakref import WeakValueDictionary

from chat import reads
from chat.services import Draft
from chat.sockets import commands
from chat.sockets.threads import in_thread_until
from chat.sockets.together import Together
from project.lib.database.deadlines import Deadline


class Sending:
    """By room, what is being sent to it: each room has a transaction at a time.

    So senders of one room wait here for its row's lock, and no thread waits for it.
    """

    def __init__(self) -> None:
        # A room is kept for as long as somebody waits for its answer.
        self._rooms: WeakValueDictionary[
            int, Together[Draft, reads.SeenMessage | None]
        ] = WeakValueDictionary()

    async def send(self, room_id: int, draft: Draft) -> reads.SeenMessage | None:
        """Store a message; None: everybody is told of it, the sender too.

        A message that was stored before is returned, for this client only.
        """
        room = self._rooms.get(room_id)
        if room is None:

            async def store(
                deadline: Deadline, drafts: list[Draft]
            ) -> list[reads.SeenMessage | Exception | None]:
                return await in_thread_until(deadline, commands.send, room_id, drafts)

            room = self._rooms[room_id] = Together(store)
        return await room.ask(draft)
