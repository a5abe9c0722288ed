"""Who attends an event, and who waits for a spot."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.models.events import Event
from matchmaker.models import Member
from project.lib.background.due import DueRow
from project.lib.sql_rules import SqlRule


class Attendance(DueRow):
    """A spot at an event, or in its waiting list, which is in the order of ids.

    Triggers count the spots and give a free one to the first who waits
    (`sql/event_places.sql`); from then on a mail about it is due.
    """

    event = models.ForeignKey(
        Event,
        models.CASCADE,
        related_name="attendances",
        db_index=False,
        verbose_name=_("event"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="attendances",
        verbose_name=_("member"),
    )
    is_waiting = models.BooleanField(_("waiting"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    promoted_at = models.DateTimeField(_("moved up"), null=True, editable=False)
    told_at = models.DateTimeField(_("notified"), null=True, editable=False)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint("event", "member", name="attendance_unique"),
            SqlRule.read("events", "event_places"),
        ]
        indexes = [
            models.Index(
                fields=["event", "id"],
                name="attendance_line",
                condition=Q(is_waiting=True),
            ),
            models.Index(
                fields=["next_attempt_at"],
                name="attendance_untold",
                condition=Q(promoted_at__isnull=False, told_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.event_id}"
