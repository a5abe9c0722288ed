from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = _("Chat")

    def ready(self) -> None:
        # They need the models, which are loaded after this module.
        from chat import (  # noqa: PLC0415
            export_sections,
            querysets,
            receivers,  # noqa: F401
        )
        from matchmaker import acquaintances, export  # noqa: PLC0415
        from matchmaker.demo import other_apps  # noqa: PLC0415

        acquaintances.register(querysets.correspondence)
        export.register("chat", export_sections.section)
        other_apps.register("chat.demo.load.load_conversations")
        post_migrate.connect(make_lobby, sender=self)


def make_lobby(*, apps: Any = installed, **kwargs: object) -> None:
    """Create the lobby, the one room that belongs to nothing, if its table exists."""
    try:
        room = apps.get_model("chat", "Room")
    except LookupError:  # after migrating back
        return
    room.objects.get_or_create(kind="lobby")
