"""Secret addresses of calendar feeds; calendar programs send no headers."""

from secrets import token_urlsafe

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Member


def new_secret() -> str:
    """Return a secret of 192 bits, in letters, digits, - and _."""
    return token_urlsafe(24)


class CalendarFeed(models.Model):
    member = models.OneToOneField(
        Member,
        models.CASCADE,
        related_name="calendar_feed",
        verbose_name=_("member"),
    )
    secret = models.CharField(
        _("secret"), max_length=32, unique=True, default=new_secret
    )
    # Texts by the names of the list's parameters. Empty: the events that one attends.
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            # Otherwise it would tell anybody who has its address where the member is.
            models.CheckConstraint(
                condition=~Q(filters__has_key="distance") | Q(filters__has_key="point"),
                name="feed_distance_has_point",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member_id)
