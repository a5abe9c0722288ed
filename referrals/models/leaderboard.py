"""Who does not want to stand on the leaderboard."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Member


class Unlisted(models.Model):
    """`member` is on no leaderboard; everybody else may be."""

    member = models.OneToOneField(
        Member,
        models.CASCADE,
        primary_key=True,
        related_name="unlisted",
        verbose_name=_("member"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("member off the leaderboard")
        verbose_name_plural = _("members off the leaderboard")

    def __str__(self) -> str:
        return str(self.member_id)
