"""The service as an ASGI application: what Daphne serves."""

import os

from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup(set_prefix=False)

from project.lib.handler import ThreadPoolHandler  # noqa: E402

application = ProtocolTypeRouter({"http": ThreadPoolHandler()})
