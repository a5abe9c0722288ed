"""Look-ups of e-mails by Hunter: the questions and the answers."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Member
from project.lib.background.due import DueRow
from referrals.querysets import EmailLookupQuerySet


class EmailLookup(DueRow):
    """A question about the e-mail that `member` had; it is due until it is answered.

    There is one row for each member and kind. If the e-mail is `claimed` (not to be
    processed), nothing else is kept.
    """

    class Kind(models.TextChoices):
        VERIFIER = "verifier", _("Does it accept mail?")
        ENRICHMENT = "enrichment", _("Who owns it?")

    class Status(models.TextChoices):
        VALID = "valid", _("valid")
        INVALID = "invalid", _("invalid")
        ACCEPT_ALL = "accept_all", _("accepts everything")
        WEBMAIL = "webmail", _("webmail")
        DISPOSABLE = "disposable", _("disposable")
        UNKNOWN = "unknown", _("unknown")
        FOUND = "found", _("found")
        CLAIMED = "claimed", _("not to be processed")

    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="email_lookups",
        db_index=False,
        verbose_name=_("member"),
    )
    kind = models.CharField(_("question"), max_length=10, choices=Kind)
    email = models.EmailField(_("e-mail"), max_length=254)
    status = models.CharField(
        _("answer"), max_length=10, choices=Status, blank=True, default=""
    )
    result = models.JSONField(_("in full"), null=True, blank=True)
    due_at = models.DateTimeField(_("due since"), db_default=Now())
    done_at = models.DateTimeField(_("answered"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("failed at"), null=True, blank=True)

    objects = EmailLookupQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail check")
        verbose_name_plural = _("e-mail checks")
        constraints = [
            models.UniqueConstraint("member", "kind", name="email_lookup_unique"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(given_up_at=None),
                name="email_lookup_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, status="", result__isnull=True)
                | Q(done_at__isnull=False) & ~Q(status=""),
                name="email_lookup_answer_when_done",
            ),
            models.CheckConstraint(
                condition=~Q(status="claimed") | Q(result__isnull=True),
                name="email_lookup_claimed_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="email_lookup_due",
                condition=Q(done_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}"
