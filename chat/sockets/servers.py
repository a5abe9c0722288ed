"""What the sockets of a process share, made with the first of them."""

import asyncio

from chat.presence import Presence
from chat.sockets import repair
from chat.sockets.hub import Hub
from chat.sockets.sending import Sending


class Server:
    def __init__(self) -> None:
        self.hub, self.presence, self.sending = Hub(), Presence(), Sending()
        repair.start(self.hub, self.presence)


_servers: dict[asyncio.AbstractEventLoop, Server] = {}


def server() -> Server:
    loop = asyncio.get_running_loop()
    if loop not in _servers:
        _servers[loop] = Server()
    return _servers[loop]
