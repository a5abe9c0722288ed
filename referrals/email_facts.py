"""What one's own profile says about the e-mail (see matchmaker/profile_parts.py)."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.models import Member
from referrals import constants
from referrals.models import EmailLookup


class Enrichment(serializers.Serializer):
    person = serializers.JSONField(allow_null=True)
    company = serializers.JSONField(allow_null=True)


class EmailFacts(serializers.Serializer):
    email_status = serializers.ChoiceField(
        constants.EMAIL_STATUSES,
        allow_null=True,
        help_text=_("Whether the e-mail accepts mail; null if not known yet"),
    )
    enrichment = Enrichment(
        allow_null=True,
        help_text=_("Public facts about the owner of the e-mail, in Clearbit's format"),
    )


def read_facts(member: Member) -> dict[str, Any]:
    """Return what Hunter knows about an e-mail that the member has proven."""
    answers = EmailLookup.objects.about(member).exclude(
        status=EmailLookup.Status.CLAIMED
    )
    found = {lookup.kind: lookup for lookup in answers}
    verifier = found.get(EmailLookup.Kind.VERIFIER)
    enrichment = found.get(EmailLookup.Kind.ENRICHMENT)
    return {
        "email_status": verifier and verifier.status,
        "enrichment": enrichment and enrichment.result,
    }
