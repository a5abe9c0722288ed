from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        # The models are loaded after this module.
        from matchmaker import export  # noqa: PLC0415
        from matchmaker import own_profile as profiles  # noqa: PLC0415
        from matchmaker.demo import more  # noqa: PLC0415
        from project.lib import due  # noqa: PLC0415
        from referrals import (  # noqa: PLC0415
            checks,  # noqa: F401
            own_data,
            own_profile,
            receivers,  # noqa: F401
            tasks,
        )

        due.register(tasks.EMAIL_LOOKUP)
        export.register("referrals", own_data.section)
        more.register("referrals.demo.load.load_referrals")
        profiles.register(own_profile.EmailFacts, own_profile.read_facts)
