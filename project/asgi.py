"""The service as an ASGI application: what Daphne serves."""

import os

from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup(set_prefix=False)

from project.lib import edge  # noqa: E402, F401 - bounds what Daphne reads
from project.lib.handler import ThreadPoolHandler, refuse_socket  # noqa: E402

application = ProtocolTypeRouter(
    {"http": ThreadPoolHandler(), "websocket": refuse_socket}
)
