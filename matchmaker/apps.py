from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchmakerConfig(AppConfig):
    name = "matchmaker"
    verbose_name = _("Members")

    def ready(self) -> None:
        from matchmaker import checks  # noqa: F401, PLC0415 - registers itself
