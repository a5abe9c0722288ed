from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        # The models are loaded after this module.
        from matchmaker import own_profile as profiles  # noqa: PLC0415
        from project.lib import due  # noqa: PLC0415
        from referrals import own_profile, receivers, tasks  # noqa: F401, PLC0415

        due.register(tasks.EMAIL_LOOKUP)
        profiles.register(own_profile.EmailFacts, own_profile.read_facts)
