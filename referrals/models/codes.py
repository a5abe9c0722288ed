"""Invitation codes."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Member
from referrals import constants
from referrals.querysets import InviteCodeQuerySet


class InviteCode(models.Model):
    """A code by which `member` invites others, until it expires or is deactivated.

    Old codes stay as rows, so that no code is ever given out again.
    """

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="invite_codes", verbose_name=_("member")
    )
    code = models.CharField(_("code"), max_length=constants.CODE_LENGTH)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    ended_at = models.DateTimeField(
        _("deactivated"),
        null=True,
        blank=True,
        help_text=_("When it was deleted, or replaced after it had expired."),
    )

    objects = InviteCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation code")
        verbose_name_plural = _("invitation codes")
        constraints = [
            models.UniqueConstraint(F("code"), name="invite_code_unique"),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(ended_at=None),
                name="invite_code_one_live",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=rf"^[{constants.CODE_ALPHABET}]{{6}}$"),
                name="invite_code_readable",
            ),
        ]

    def __str__(self) -> str:
        return self.code
