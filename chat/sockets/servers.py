"""What the sockets of a process share, made with the first of them."""

import asyncio

from chat.presence import Entry, Exit, Presence, TooManySockets
from chat.sockets import commands, repair
from chat.sockets.handshake import Guest, Refused, Ticket
from chat.sockets.hub import Hub
from chat.sockets.sending import Sending
from chat.sockets.threads import in_order, in_thread_until
from chat.sockets.together import Together
from project.lib.database.deadlines import Deadline


class Server:
    def __init__(self) -> None:
        self.hub, self.presence, self.sending = Hub(), Presence(), Sending()
        self.admitting = Together(_admit)
        self.counting = Together(self._count)
        repair.start(self.hub, self.presence)

    async def _count(
        self, _deadline: Deadline, steps: list[Entry | Exit]
    ) -> list[bool | TooManySockets]:
        return await in_order(self.presence.record, steps)


async def _admit(deadline: Deadline, tickets: list[Ticket]) -> list[Guest | Refused]:
    return await in_thread_until(deadline, commands.admit, tickets)


_servers: dict[asyncio.AbstractEventLoop, Server] = {}


def server() -> Server:
    loop = asyncio.get_running_loop()
    if loop not in _servers:
        _servers[loop] = Server()
    return _servers[loop]
