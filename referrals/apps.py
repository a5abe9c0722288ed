from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Invitations")

    def ready(self) -> None:
        # The models are loaded after this module.
        from matchmaker import acquaintances, export, profile_parts  # noqa: PLC0415
        from matchmaker.demo import other_apps  # noqa: PLC0415
        from project.lib.background import due  # noqa: PLC0415
        from referrals import (  # noqa: PLC0415
            checks,  # noqa: F401
            email_facts,
            export_sections,
            querysets,
            receivers,  # noqa: F401
            tasks,
        )

        due.register(tasks.EMAIL_LOOKUP)
        acquaintances.register(querysets.brought_by)
        export.register("referrals", export_sections.section)
        other_apps.register("referrals.demo.load.load_referrals")
        profile_parts.register(email_facts.EmailFacts, email_facts.read_facts)
