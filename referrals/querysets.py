"""Every shared read of codes and referrals, as chainable methods."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from referrals import constants

if TYPE_CHECKING:  # types of the classes' rows
    from referrals.models.codes import InviteCode  # noqa: F401
    from referrals.models.lookups import EmailLookup  # noqa: F401
    from referrals.models.referrals import Referral  # noqa: F401


def brought_by(member: Any, viewer: Any) -> QuerySet[Any]:
    """Return the referral of `member` by `viewer`, whose code the member activated."""
    referrals = apps.get_model("referrals", "Referral").objects
    return referrals.filter(invited=member, referrer=viewer)


class InviteCodeQuerySet(QuerySet["InviteCode"]):
    def live(self) -> Self:
        unexpired = Q(expires_at=None) | Q(expires_at__gt=Now())
        return self.filter(unexpired, ended_at=None)

    def open(self, code: str) -> Self:
        """Return this code if a member of whom nothing is known yet may activate it."""
        return self.live().filter(code=code, member__is_active=True)

    def visible_to(self, viewer: Any) -> Self:
        """Return codes of members whom `viewer` may know of."""
        return self.filter(member__in=_known(viewer))


class ReferralQuerySet(QuerySet["Referral"]):
    def by(self, referrer: Any) -> Self:
        """Return referrals by `referrer`, the latest first (index referral_latest)."""
        return self.filter(referrer=referrer).order_by("-activated_at", "-invited")

    def with_phones_shown_to(self, viewer: Any) -> Self:
        """Annotate `shown_phone`: the invited member's phone number, or null.

        Of members whom `viewer` may not know of, or who have not activated the code
        themselves (since_reclaimed), it is null; to None (staff) all are shown. This is
        a scalar subquery for the reason that `visible_to` has.
        """
        members: Any = apps.get_model("matchmaker", "Member").objects
        if viewer is not None:
            members = members.known_to(viewer).filter(
                Q(reclaimed_at=None) | Q(reclaimed_at__lt=OuterRef("activated_at"))
            )
        invited = members.filter(pk=OuterRef("invited"))
        return self.annotate(shown_phone=Subquery(invited.values("phone_number")))

    def visible_to(self, viewer: Any) -> Self:
        """Return referrals of members whom `viewer` may know of.

        This is a scalar subquery for each row: with a join the planner would read all
        members.
        """
        found = _known(viewer).filter(pk=OuterRef("invited"))
        return self.filter(Subquery(found.values("is_active")))


def _known(viewer: Any) -> QuerySet[Any]:
    members: Any = apps.get_model("matchmaker", "Member").objects
    return members.known_to(viewer).values("pk")


class EmailLookupQuerySet(QuerySet["EmailLookup"]):
    def undone(self) -> Self:
        return self.filter(done_at=None, given_up_at=None)

    def ended(self) -> Self:
        return self.exclude(done_at=None, given_up_at=None)

    def late(self) -> Self:
        """Return look-ups that have had no answer for too long."""
        patience = timedelta(days=constants.EMAIL_LOOKUP_PATIENCE_DAYS)
        return self.filter(due_at__lt=Now() - patience)

    def about(self, member: Any) -> Self:
        """Return answers about the member's current, proven e-mail.

        Otherwise one could sign up with anybody's e-mail and read what is known of
        them.
        """
        return self.filter(
            member=member,
            email=F("member__email"),
            member__email_verified_at__isnull=False,
            done_at__isnull=False,
        )
