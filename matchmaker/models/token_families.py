"""The model of sign-ins by JWT."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from matchmaker.models.members import Member


class TokenFamily(models.Model):
    """A sign-in with all tokens refreshed from it; they become invalid with its row.

    `refresh_jti` is the id of its only unused refresh token, `spent_jti` of the one
    that was exchanged for it. No token itself is stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="token_families", verbose_name=_("member")
    )
    refresh_jti = models.CharField(_("unused refresh token"), max_length=32)
    spent_jti = models.CharField(
        _("used refresh token"), max_length=32, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    refreshed_at = models.DateTimeField(_("refreshed"), auto_now=True)
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("sign-in by JWT")
        verbose_name_plural = _("sign-ins by JWT")
        indexes = [models.Index("expires_at", name="token_family_expires_at")]

    def __str__(self) -> str:
        return str(self.pk)
