"""Mails to members who were named in an organization, and members who left one."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events.models.organizations import Organization
from matchmaker.models import Member
from project.lib.background.due import DueRow


class Departure(models.Model):
    """A member who left an organization, or did not want to be named in it.

    They come back only by their own consent: naming them again only records that they
    are wanted (`asked_back_at`). `named_email` as of a Membership.
    """

    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="departures",
        db_index=False,
        verbose_name=_("organization"),
    )
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="departures", verbose_name=_("member")
    )
    left_at = models.DateTimeField(_("left"), db_default=Now(), editable=False)
    asked_back_at = models.DateTimeField(_("asked back"), null=True, editable=False)
    named_email = models.CharField(
        _("named by an unproven e-mail"), max_length=254, null=True, editable=False
    )

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "member"], name="departure_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} ∉ {self.organization_id}"


class NamingMail(DueRow):
    """The mail that tells a member where they were named, and how to leave.

    There is one row for an organization and a member. It outlives the naming, so that
    removing and naming somebody again mails nobody twice.
    """

    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("organization"),
    )
    member = models.ForeignKey(
        Member, models.CASCADE, related_name="naming_mails", verbose_name=_("to")
    )
    due_at = models.DateTimeField(_("due since"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    given_up_at = models.DateTimeField(_("failed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("mail to a named member")
        verbose_name_plural = _("mails to named members")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "member"], name="naming_mail_unique"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(given_up_at=None),
                name="naming_mail_sent_or_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="naming_mail_due",
                condition=Q(sent_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} ✉ {self.member_id}"
