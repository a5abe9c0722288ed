"""Hunter's look-ups of new members' e-mails: created, answered, or failed."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from matchmaker.models import Member
from matchmaker.services.locks import held_members
from project.lib.background import due
from referrals import constants, hunter
from referrals.models import EmailLookup

logger = logging.getLogger(__name__)

_Kind, _Status = EmailLookup.Kind, EmailLookup.Status


def ask_about_email(member: Member) -> None:
    """Have a new member's e-mail looked up, if that is switched on.

    It never fails, so that sign-up does not depend on it.
    """
    if not (settings.HUNTER_API_KEY and member.email):
        return
    try:
        with transaction.atomic():
            lookups = EmailLookup.objects.bulk_create(
                EmailLookup(member=member, kind=kind, email=member.email)
                for kind in _Kind
            )
    except DatabaseError as error:
        # PostgreSQL's message may contain the row, and the e-mail with it.
        kind = type(error).__name__
        logger.error("The e-mail of member %s is not looked up: %s", member.pk, kind)
        return
    for lookup in lookups:
        due.nudge(constants.EMAIL_LOOKUP, lookup.pk)


def ask_again(lookup: EmailLookup) -> bool:
    """Ask again, about the e-mail that the member has now; return whether it will be.

    Look-ups that are due already, and e-mails not to be processed, are left alone.
    """
    email, now = lookup.member.email, Now()
    if not email:
        return False
    with transaction.atomic():
        ended = EmailLookup.objects.filter(pk=lookup.pk).ended()
        is_due = ended.exclude(email=email, status=_Status.CLAIMED).update(
            email=email, status="", result=None, done_at=None, given_up_at=None,
            due_at=now, next_attempt_at=now, attempts=0,
        )  # fmt: skip
        if is_due:
            due.nudge(constants.EMAIL_LOOKUP, lookup.pk)
    return bool(is_due)


def look_up_email(lookup_id: int) -> None:
    """Ask Hunter and store the answer; otherwise leave the row due, or mark it failed.

    Nothing is asked about an e-mail that no longer belongs to its member.
    """
    rows = EmailLookup.objects.undone().filter(pk=lookup_id)
    lookup = rows.select_related("member").first()
    if lookup is None:
        return
    mine = rows.filter(due_at=lookup.due_at)
    if lookup.email != lookup.member.email or mine.late().exists():
        mine.update(given_up_at=Now())
        return
    if not (settings.HUNTER_API_KEY and lookup.member.is_active):
        return  # either may work again before the time for this row is over
    try:
        answer = _ask(lookup)
    except hunter.Claimed:
        _forget(lookup)
    except hunter.Rejected as rejected:
        logger.warning("Lookup %s is given up: Hunter answers %s", lookup_id, rejected)
        mine.update(given_up_at=Now())
    except hunter.Later as later:
        logger.info("Lookup %s is left for later: %s", lookup_id, later)
        if later.pause_s:
            again_at = Now() + timedelta(seconds=later.pause_s)
            mine.update(next_attempt_at=Greatest(F("next_attempt_at"), again_at))
    else:
        mine.update(**answer, done_at=Now())


def _ask(lookup: EmailLookup) -> dict[str, Any]:
    """Return the row's `status` and `result`. Raises what `hunter` raises."""
    if lookup.kind == _Kind.ENRICHMENT:
        found = hunter.enrich(lookup.email)
        return {"status": _Status.FOUND if found else _Status.UNKNOWN, "result": found}
    checked = hunter.verify(lookup.email)
    status = (checked or {}).get("status")
    is_known = status in constants.EMAIL_STATUSES
    return {"status": status if is_known else _Status.UNKNOWN, "result": checked}


def _forget(lookup: EmailLookup) -> None:
    """Delete everything about a claimed e-mail, of both kinds, and ask no more."""
    with transaction.atomic():
        # Locked before the rows, as a deletion of the member does.
        held_members([lookup.member_id])
        rows = EmailLookup.objects.filter(member=lookup.member_id, email=lookup.email)
        list(rows.order_by("pk").select_for_update(no_key=True))
        rows.update(
            status=_Status.CLAIMED, result=None, done_at=Now(), given_up_at=None
        )
