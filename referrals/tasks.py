"""Dramatiq actors: each takes an id and makes one attempt at what its row asks for."""

import dramatiq
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from project.lib.background import due
from referrals import constants, services
from referrals.models import EmailLookup

# One time limit covers the question; the database is asked before and after.
LOOKUP_LEASE_S = settings.HUNTER_TIMEOUT_S + 10


@dramatiq.actor(max_retries=0, time_limit=LOOKUP_LEASE_S * 1000)
def look_up_email(lookup_id: int) -> None:
    due.attempt(EMAIL_LOOKUP, lookup_id)


EMAIL_LOOKUP = due.Work(
    name=constants.EMAIL_LOOKUP,
    title=_("Look-up of an e-mail address"),
    model=EmailLookup,
    undone=Q(done_at=None, given_up_at=None),
    due_at="due_at",
    do=services.look_up_email,
    lease_s=LOOKUP_LEASE_S,
    actor=look_up_email,
)
