"""The model of reports, by which members tell the staff about others."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker import constants
from matchmaker.models.members import Member
from project.lib.text import is_visible


class Report(models.Model):
    class Reason(models.TextChoices):
        SPAM = "spam", _("spam")
        FAKE = "fake", _("fake profile")
        ABUSE = "abuse", _("abuse")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DISMISSED = "dismissed", _("dismissed")
        DEACTIVATED = "deactivated", _("member deactivated")

    from_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="reports_made",
        verbose_name=_("reporter"),
    )
    to_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="reports_received",
        verbose_name=_("reported member"),
    )
    reason = models.CharField(_("reason"), max_length=5, choices=Reason.choices)
    text = models.TextField(
        _("text"), max_length=constants.REPORT_TEXT_MAX_LENGTH, blank=True
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=11, choices=State.choices, default=State.OPEN
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_member=F("to_member")), name="report_not_self"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["spam", "fake", "abuse", "other"]),
                name="report_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(state__in=["dismissed", "deactivated"], closed_at__isnull=False),
                name="report_closed_or_open",
            ),
            models.CheckConstraint(
                condition=is_visible("text", or_empty=True), name="report_text_visible"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="report_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.from_member_id} ⚑ {self.to_member_id}"
