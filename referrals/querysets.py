"""Every shared read of codes and referrals, as chainable verbs."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

if TYPE_CHECKING:  # the names of the classes' rows
    from referrals.models.codes import InviteCode  # noqa: F401
    from referrals.models.referrals import Referral  # noqa: F401


class InviteCodeQuerySet(QuerySet["InviteCode"]):
    def live(self) -> Self:
        unexpired = Q(expires_at=None) | Q(expires_at__gt=Now())
        return self.filter(unexpired, ended_at=None)


class ReferralQuerySet(QuerySet["Referral"]):
    def by(self, referrer: Any) -> Self:
        """Whom `referrer` has invited, the latest first: the index referral_latest."""
        return self.filter(referrer=referrer).order_by("-activated_at", "-invited")
