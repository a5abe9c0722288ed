"""Models of likes, passes, blocks and matches, and of mails about matches."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.models.members import Member
from project.lib.background.due import DueRow


class _Stance(models.Model):
    """One member's stance towards another: one row per pair, never about oneself."""

    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        abstract = True


class Like(_Stance):
    from_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="likes_given",
        db_index=False,
        verbose_name=_("liked by"),
    )
    to_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="likes_received",
        db_index=False,
        verbose_name=_("liked member"),
    )

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints = [
            models.UniqueConstraint("from_member", "to_member", name="like_unique"),
            models.CheckConstraint(
                condition=~Q(from_member=F("to_member")), name="like_not_self"
            ),
        ]
        # A member's own rows, and those about it, each latest first.
        indexes = [
            models.Index(
                fields=["from_member", "id"], include=["to_member"], name="like_given"
            ),
            models.Index(
                fields=["to_member", "id"],
                include=["from_member"],
                name="like_received",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_member_id} → {self.to_member_id}"


class Pass(_Stance):
    """A pass: the other member is not discovered again."""

    from_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="passes_given",
        db_index=False,
        verbose_name=_("passed by"),
    )
    to_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="passes_received",
        verbose_name=_("passed member"),
    )

    class Meta:
        verbose_name = _("pass")
        verbose_name_plural = _("passes")
        constraints = [
            models.UniqueConstraint("from_member", "to_member", name="pass_unique"),
            models.CheckConstraint(
                condition=~Q(from_member=F("to_member")), name="pass_not_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_member_id} ↷ {self.to_member_id}"


class Block(_Stance):
    """A block: neither member exists for the other."""

    from_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="blocks_given",
        db_index=False,
        verbose_name=_("blocked by"),
    )
    to_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="blocks_received",
        verbose_name=_("blocked member"),
    )

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint("from_member", "to_member", name="block_unique"),
            models.CheckConstraint(
                condition=~Q(from_member=F("to_member")), name="block_not_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_member_id} ⊘ {self.to_member_id}"


class Match(models.Model):
    """A match: two members like each other.

    Foreign keys in the database (migration 0002) tie a match to both of its likes, so
    it is deleted with the first like that is withdrawn.
    """

    first_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="matches_as_first",
        db_index=False,
        verbose_name=_("one member"),
        help_text=_("The member with the lower id."),
    )
    second_member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="matches_as_second",
        verbose_name=_("other member"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(
                "first_member", "second_member", name="match_unique"
            ),
            models.CheckConstraint(
                condition=Q(first_member__lt=F("second_member")),
                name="match_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_member_id} ↔ {self.second_member_id}"


class MatchMail(DueRow):
    """A mail that tells `member` about a match with `about`; due until it is sent.

    There is one row per pair and direction, which stays when the match ends, so that
    liking and unliking cannot flood a mailbox.
    """

    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="match_mails",
        db_index=False,
        verbose_name=_("to"),
    )
    about = models.ForeignKey(
        Member, models.CASCADE, related_name="+", verbose_name=_("about")
    )
    due_at = models.DateTimeField(_("due since"), db_default=Now())
    sent_at = models.DateTimeField(_("sent at"), null=True)
    given_up_at = models.DateTimeField(_("failed at"), null=True)

    class Meta:
        verbose_name = _("mail about a match")
        verbose_name_plural = _("mails about matches")
        constraints = [
            models.UniqueConstraint("member", "about", name="match_mail_unique"),
            models.CheckConstraint(
                condition=~Q(member=F("about")), name="match_mail_not_self"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="match_mail_due",
                condition=Q(sent_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} ✉ {self.about_id}"
