"""Who was invited by whom."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Member
from referrals import constants
from referrals.querysets import ReferralQuerySet


class Referral(models.Model):
    """A referral: `invited` activated a code of `referrer`, possible only once.

    It outlives the referrer's account, so that nobody is referred a second time, and
    keeps the code as the invited member typed it.
    """

    invited = models.OneToOneField(
        Member,
        models.CASCADE,
        primary_key=True,
        related_name="referral",
        verbose_name=_("invited member"),
    )
    referrer = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        related_name="referrals",
        db_index=False,
        verbose_name=_("referrer"),
    )
    code = models.CharField(_("code"), max_length=constants.CODE_LENGTH)
    activated_at = models.DateTimeField(_("activated"), default=timezone.now)
    at_sign_up = models.BooleanField(_("at sign-up"), default=False)
    # A keyed digest: many activations from one address show, but not the address.
    address_digest = models.CharField(max_length=32, blank=True, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                condition=~Q(invited=F("referrer")), name="referral_not_self"
            ),
        ]
        indexes = [
            models.Index(
                fields=["referrer", "-activated_at", "-invited"],
                name="referral_latest",
            ),
            models.Index(fields=["activated_at"], name="referral_activated"),
            models.Index(
                fields=["address_digest", "activated_at"], name="referral_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.referrer_id} → {self.invited_id}"
