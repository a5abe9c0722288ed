"""Mails that tell members what happened to their accounts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from matchmaker.models.members import Member
from project.lib.due import DueRow


class AccountMail(DueRow):
    """The mail that tells `member` of one event of the account; due until it is sent.

    It goes to `email`, the member's address when it happened: that address was told of
    the account before, whatever the account has become since.
    """

    class Kind(models.TextChoices):
        PHONE_LOST = "phone_lost", _("another member has proven the phone number")

    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="account_mails",
        verbose_name=_("member"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    email = models.EmailField(_("to"))
    phone_number = models.CharField(_("phone number"), max_length=16, blank=True)
    due_at = models.DateTimeField(_("due"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    class Meta:
        verbose_name = _("mail about an account")
        verbose_name_plural = _("mails about accounts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="phone_lost") | ~Q(phone_number=""),
                name="account_mail_names_phone",
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
