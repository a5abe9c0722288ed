"""What members read of their own invitations, and staff of everybody's."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Expression

from matchmaker.models import Member
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.cursors import Key, Order
from project.lib.reads.statements import Statement
from referrals import constants
from referrals.models import InviteCode, Referral

NEWEST_FIRST = Order("profiles", [Key(F("id"), "bigint")], descending=True)


def own_profile(member: Member) -> Member | None:
    """Return the member with its invitations, or None if it was deleted meanwhile."""
    statement = _own()
    values = statement.bind(_Own(Viewer(member.pk)))
    return next(iter(Member.objects.raw(statement.sql, values)), None)


@dataclass(frozen=True)
class _Own:
    viewer: Viewer


@cache
def _own() -> Statement[_Own]:
    # Compiled, because building it for each request takes ten times as long as reading.
    return Statement.of(with_invitations(VIEWER).filter(pk=VIEWER))


def with_invitations(viewer: Expression | None) -> QuerySet[Any]:
    """Return all members with `invite_code`, `activated` and `invited`.

    `invite_code`: the active code; `activated`: the code that the member has activated;
    either may be None. `invited`: phone numbers of those whom the member has invited,
    the latest first, among the latest INVITED_SHOWN_MAX. For a `viewer` these are only
    members they may know of who have activated the code themselves (since_reclaimed);
    for None (staff) all.
    """
    # Not the latest who have a number: of 100,000 all may have none.
    latest: Any = Referral.objects.by(OuterRef("pk")).with_phones_shown_to(viewer)
    numbers = ArraySubquery(latest.values("shown_phone")[: constants.INVITED_SHOWN_MAX])
    active = InviteCode.objects.live().filter(member=OuterRef("pk"))
    own = Referral.objects.filter(pk=OuterRef("pk"))
    return Member.objects.only("phone_number").annotate(
        invite_code=Subquery(active.values("code")),
        activated=Subquery(own.values("code")),
        invited=Func(numbers, Value(None), function="array_remove"),
    )
