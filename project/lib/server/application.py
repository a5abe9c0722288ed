"""The layer between the bounded server and an ASGI application."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# Scope extensions that BoundedServer adds. Of a socket: its Wire.
WIRE = "project.wire"
# Of HTTP: its connection, and the file with its body, which as messages would be in
# memory.
CHANNEL, BODY = "project.channel", "project.body"

# autobahn lets applications close only with 1000 and 3000 to 4999.
OWN_CLOSE_CODES = {1001, 1003, 1008, 1011, 1012, 1013}


def bounded(application: Application) -> Application:
    """Wrap an application so that it and a slow client wait for each other.

    Under any other server than BoundedServer it refuses to run, lacking bounds.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        extensions = scope.get("extensions", {})
        if channel := extensions.get(CHANNEL):
            await receive()  # Daphne's message about the body, which BODY has

            async def write(message: Mapping[str, Any]) -> None:
                await send(message)
                if message.get("more_body"):
                    await channel.until_clear()

            await application(scope, receive, write)
            return
        if WIRE not in extensions:
            raise RuntimeError("not served by project.lib.server's BoundedServer")
        wire = extensions[WIRE]

        async def take() -> Mapping[str, Any]:
            message = await receive()
            if message["type"] == "websocket.receive":
                wire.frame_taken()
            return message

        async def give(message: Mapping[str, Any]) -> None:
            if wire.is_leaving:
                return  # autobahn would raise, but this is not an error
            code = message.get("code")
            is_open = wire.protocol.state == wire.protocol.STATE_OPEN
            if is_open and code in OWN_CLOSE_CODES:
                wire.close(code)
            else:
                await send(message)
            await wire.until_clear()

        await application(scope, take, give)

    return app


async def refuse_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket before it opens, with 403."""
    await send({"type": "websocket.close"})
