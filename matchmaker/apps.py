from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchmakerConfig(AppConfig):
    name = "matchmaker"
    verbose_name = _("Members")

    def ready(self) -> None:
        # All of these need the models, which are loaded after this module.
        from matchmaker import (  # noqa: PLC0415
            authentication,
            checks,  # noqa: F401
            export_sections,
            tasks,
        )
        from project.lib.background import chores, due  # noqa: PLC0415
        from project.lib.reads import streams  # noqa: PLC0415

        due.register(tasks.MATCH_MAIL)
        due.register(tasks.ACCOUNT_MAIL)
        chores.register(tasks.FORGETTING_SIGN_INS)
        chores.register(tasks.ADDING_UP_CELLS)
        export_sections.register()
        streams.CHECKS.append(authentication.is_still_signed_in)
