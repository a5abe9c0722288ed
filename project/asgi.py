"""The service as an ASGI application, which Daphne serves."""

import os

from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup(set_prefix=False)

from django.urls import get_resolver  # noqa: E402

from chat.sockets.consumer import ChatConsumer  # noqa: E402
from project.lib.server import bounded_server  # noqa: E402
from project.lib.server.application import (  # noqa: E402
    Receive,
    Scope,
    Send,
    bounded,
    refuse_socket,
)
from project.lib.server.http import ThreadPoolHandler  # noqa: E402

bounded_server.install()
# Imports every view before the port opens; else the first request would wait for it.
get_resolver().url_patterns  # noqa: B018
chat = ChatConsumer.as_asgi()


async def sockets(scope: Scope, receive: Receive, send: Send) -> None:
    serve = chat if scope["path"].rstrip("/") == "/ws/chat" else refuse_socket
    await serve(scope, receive, send)


application = bounded(
    ProtocolTypeRouter({"http": ThreadPoolHandler(), "websocket": sockets})
)
