"""Every shared read of codes and referrals, as chainable verbs."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from matchmaker.querysets import since_reclaimed
from referrals import constants

if TYPE_CHECKING:  # the names of the classes' rows
    from referrals.models.codes import InviteCode  # noqa: F401
    from referrals.models.lookups import EmailLookup  # noqa: F401
    from referrals.models.referrals import Referral  # noqa: F401


class InviteCodeQuerySet(QuerySet["InviteCode"]):
    def live(self) -> Self:
        unexpired = Q(expires_at=None) | Q(expires_at__gt=Now())
        return self.filter(unexpired, ended_at=None)

    def open(self, code: str) -> Self:
        """This code, if somebody whom nothing is known of yet may activate it."""
        return self.live().filter(code=code, member__is_active=True)

    def visible_to(self, viewer: Any) -> Self:
        """Codes of members whom `viewer` may know of."""
        return self.filter(member__in=_visible(viewer))


class ReferralQuerySet(QuerySet["Referral"]):
    def by(self, referrer: Any) -> Self:
        """Whom `referrer` has invited, the latest first: the index referral_latest."""
        return self.filter(referrer=referrer).order_by("-activated_at", "-invited")

    def showing_phones(self) -> Self:
        """Referrals that show the referrer the phone number of the one invited."""
        return self.filter(
            since_reclaimed("invited", "activated_at"),
            invited__phone_number__isnull=False,
        )

    def visible_to(self, viewer: Any) -> Self:
        """Referrals of members whom `viewer` may know of.

        A scalar, which each row is asked for: of a join the planner thinks that it
        is cheaper by reading all members.
        """
        found = _visible(viewer).filter(pk=OuterRef("invited"))
        return self.filter(Subquery(found.values("is_active")))


def _visible(viewer: Any) -> QuerySet[Any]:
    members: Any = apps.get_model("matchmaker", "Member").objects
    return members.visible_to(viewer).values("pk")


class EmailLookupQuerySet(QuerySet["EmailLookup"]):
    def undone(self) -> Self:
        return self.filter(done_at=None, given_up_at=None)

    def ended(self) -> Self:
        return self.exclude(done_at=None, given_up_at=None)

    def late(self) -> Self:
        """For whom nobody has had an answer long enough."""
        patience = timedelta(days=constants.EMAIL_LOOKUP_PATIENCE_DAYS)
        return self.filter(due_at__lt=Now() - patience)

    def about(self, member: Any) -> Self:
        """The answers about the e-mail that the member has now, and has proven.

        Else one could sign up with anybody's e-mail and read what is known of them.
        """
        return self.filter(
            member=member,
            email=member.email,
            member__email_verified_at__isnull=False,
            done_at__isnull=False,
        )
