"""The model of mails about what happened to accounts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from matchmaker.models.members import Member
from project.lib.background.due import DueRow


class AccountMail(DueRow):
    """A mail that tells `member` about an event of the account; due until sent.

    It goes to `email`, the member's address at the time of the event, even if the
    account has changed since. A link is sent to it only while it is the address that
    the link is about.

    For a forgotten password there is no member yet: the request is answered before the
    member is looked up, and `email` is what was typed.

    Only the last digits of an added number are kept: the e-mail may belong to somebody
    else, who can take the account back and read its mails in the export.
    """

    class Kind(models.TextChoices):
        PHONE_ADDED = "phone_added", _("the account has a new phone number")
        PHONE_LOST = "phone_lost", _("another member has proven the phone number")
        PASSWORD_FORGOTTEN = "password_forgotten", _("link for a new password")
        EMAIL_PROOF = "email_proof", _("link that proves the e-mail")
        NEW_EMAIL_PROOF = "new_email_proof", _("link that proves a new e-mail")
        EMAIL_CHANGE_ASKED = "email_change_asked", _("another e-mail is to be proven")
        EMAIL_CHANGED = "email_changed", _("the account has another e-mail")

    member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        related_name="account_mails",
        verbose_name=_("member"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    email = models.EmailField(_("to"))
    phone_number = models.CharField(_("phone number"), max_length=16, blank=True)
    due_at = models.DateTimeField(_("due since"), db_default=Now())
    sent_at = models.DateTimeField(_("sent at"), null=True)
    given_up_at = models.DateTimeField(_("failed at"), null=True)

    class Meta:
        verbose_name = _("mail about an account")
        verbose_name_plural = _("mails about accounts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["phone_added", "phone_lost"])
                | ~Q(phone_number=""),
                name="account_mail_names_phone",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False) | Q(kind="password_forgotten"),
                name="account_mail_names_member",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="account_mail_due",
                condition=Q(sent_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} ✉ {self.kind}"
