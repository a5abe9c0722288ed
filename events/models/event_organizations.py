"""Which organizations host an event or are invited to, and who is mailed about it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.models.events import Event
from events.models.organizations import Organization
from events.querysets import EventOrganizationQuerySet
from matchmaker.models import Member
from project.lib.background.due import DueRow


class Status(models.TextChoices):
    INVITED = "invited", pgettext_lazy("an organization", "invited")
    CONFIRMED = "confirmed", pgettext_lazy("an organization", "confirmed")
    DECLINED = "declined", pgettext_lazy("an organization", "declined")


class EventOrganization(models.Model):
    """An organization that hosts an event, is invited to, or has declined.

    Only confirmed ones count: for readers, filters, calendars and rights. A declined
    row stays, so that only the owners can bring the organization back.
    """

    event = models.ForeignKey(
        Event,
        models.CASCADE,
        related_name="event_organizations",
        verbose_name=_("event"),
    )
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="event_organizations",
        verbose_name=_("organization"),
    )
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=Status.choices,
        default=Status.INVITED,
        db_default=Status.INVITED,
    )
    invited_at = models.DateTimeField(
        pgettext_lazy("an organization", "added"), db_default=Now(), editable=False
    )
    answered_at = models.DateTimeField(
        pgettext_lazy("an organization", "answered"), null=True, editable=False
    )

    objects = EventOrganizationQuerySet.as_manager()

    class Meta:
        db_table = "events_event_organizations"
        verbose_name = _("organization of an event")
        verbose_name_plural = _("organizations of events")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organization"], name="event_organization_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values),
                name="event_organization_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.INVITED, answered_at=None)
                | (~Q(status=Status.INVITED) & Q(answered_at__isnull=False)),
                name="event_organization_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} ∈ {self.event_id}"


class InvitationMail(DueRow):
    """The mail that asks an owner whether their organization hosts an event.

    There is one row for an event, an organization and an owner. It outlives the
    invitation, so that taking it back and inviting again mails nobody twice.
    """

    event = models.ForeignKey(
        Event,
        models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("event"),
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", verbose_name=_("organization")
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="invitation_mails",
        verbose_name=_("to"),
    )
    due_at = models.DateTimeField(_("due since"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    given_up_at = models.DateTimeField(_("failed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("mail to an invited organization")
        verbose_name_plural = _("mails to invited organizations")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "organization", "member"],
                name="invitation_mail_unique",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(given_up_at=None),
                name="invitation_mail_sent_or_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="invitation_mail_due",
                condition=Q(sent_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} ✉ {self.member_id}"
