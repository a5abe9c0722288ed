"""What one's own profile says about the e-mail (see matchmaker/profile_parts.py)."""

import json
from functools import cache
from typing import Any

from django.db.models import BigIntegerField
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.models import Member
from project.lib.reads.statements import Param, Statement
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
    found = {kind: (status, result) for kind, status, result in _answers().rows(member)}
    status, _verified = found.get(EmailLookup.Kind.VERIFIER, (None, None))
    _status, result = found.get(EmailLookup.Kind.ENRICHMENT, (None, None))
    return {"email_status": status, "enrichment": result and json.loads(result)}


@cache
def _answers() -> Statement[Member]:
    # Compiled, because building it takes longer than everything else of a profile.
    member = Param[Member](lambda member: member.pk, BigIntegerField())
    answers = EmailLookup.objects.about(member).exclude(
        status=EmailLookup.Status.CLAIMED
    )
    return Statement.of(answers.values_list("kind", "status", "result"))
