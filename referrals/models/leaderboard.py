"""Members who do not want to be on the leaderboard."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Member


class Unlisted(models.Model):
    """A row means that no leaderboard shows `member`."""

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
