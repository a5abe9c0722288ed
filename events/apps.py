from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        # The models are loaded after this module.
        from events import (  # noqa: PLC0415
            export_sections,
            querysets,
            receivers,  # noqa: F401
            tasks,
        )
        from matchmaker import acquaintances, export  # noqa: PLC0415
        from matchmaker.demo import other_apps  # noqa: PLC0415
        from project.lib.background import chores, due  # noqa: PLC0415

        due.register(tasks.PUBLICATION)
        due.register(tasks.PLACE_MAIL)
        due.register(tasks.INVITATION_MAIL)
        due.register(tasks.NAMING_MAIL)
        chores.register(tasks.ADDING_UP_SQUARES)
        acquaintances.register(querysets.colleagues)
        export.register("events", export_sections.section)
        other_apps.register("events.demo.load.load_events")
