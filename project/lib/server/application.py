"""The layer between the bounded server and an ASGI application."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# The scope extension that BoundedServer adds: a socket's Wire, or None for HTTP.
WIRE = "project.wire"
# And the one that it adds for HTTP: a function that ends the connection.
HANG_UP = "project.hang_up"

# autobahn lets applications close only with 1000 and 3000 to 4999.
OWN_CLOSE_CODES = {1001, 1003, 1008, 1011, 1012, 1013}


def bounded(application: Application) -> Application:
    """Wrap an application so that it and a slow client wait for each other.

    Under any other server than BoundedServer it refuses to run, lacking bounds.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if WIRE not in scope.get("extensions", {}):
            raise RuntimeError("not served by project.lib.server's BoundedServer")
        wire = scope["extensions"][WIRE]
        if wire is None:
            await application(scope, receive, send)
            return

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
