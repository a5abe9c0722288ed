"""Rooms, how far their participants have read, and messages."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from chat import constants
from chat.querysets import MessageQuerySet, RoomQuerySet
from events.models import Event, Organization
from matchmaker.models import Member
from project.lib.sql_rules import SqlRule
from project.lib.text import is_visible


class Kind(models.TextChoices):
    LOBBY = "lobby", _("lobby")
    DIRECT = "direct", _("direct")
    EVENT = "event", _("event")
    ORGANIZATION = "organization", _("organization")


def _only(kind: Kind, *columns: str) -> Q:
    """Condition: a room of `kind` has these columns and none of the others."""
    of_any = ("low_member", "high_member", "event", "organization")
    return Q(kind=kind, **{f"{c}__isnull": c not in columns for c in of_any})


class Room(models.Model):
    """A room. Who may be in it is read from what it belongs to, not copied: `open_to`.

    Triggers create the rooms of matches, events and organizations, whoever writes those
    (`sql/rooms_opened.sql`). `last_number` counts the messages: a sender locks the row
    until the commit, so numbers have no gaps and follow the order of commits.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    last_number = models.BigIntegerField(
        _("messages"), default=0, db_default=0, editable=False
    )
    low_member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("one member"),
        help_text=_("The member with the lower id."),
    )
    high_member = models.ForeignKey(
        Member,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("other member"),
    )
    event = models.OneToOneField(
        Event,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="room",
        verbose_name=_("event"),
    )
    organization = models.OneToOneField(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="room",
        verbose_name=_("organization"),
    )
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        constraints = [
            models.CheckConstraint(
                condition=_only(Kind.LOBBY)
                | _only(Kind.DIRECT, "low_member", "high_member")
                | _only(Kind.EVENT, "event")
                | _only(Kind.ORGANIZATION, "organization"),
                name="room_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(low_member=None) | Q(low_member__lt=F("high_member")),
                name="room_in_order",
            ),
            models.UniqueConstraint(
                fields=["low_member", "high_member"], name="room_pair_unique"
            ),
            models.UniqueConstraint(
                fields=["kind"], name="room_one_lobby", condition=Q(kind="lobby")
            ),
            SqlRule.read("chat", "rooms_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Participant(models.Model):
    """How far a member has read in a room. It grants no access."""

    room = models.ForeignKey(
        Room,
        models.DO_NOTHING,  # the database cascades: migration 0001
        related_name="participants",
        db_index=False,
        db_constraint=False,
        verbose_name=_("room"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="+",
        verbose_name=_("member"),
    )
    read_number = models.BigIntegerField(_("read up to"), default=0)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(
                fields=["room", "member"], name="participant_unique"
            ),
            models.CheckConstraint(
                condition=Q(read_number__gte=0), name="participant_read_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} ∈ {self.room_id}"


class Message(models.Model):
    """A message; `number` is its place in the room: 1, 2, 3, … without gaps.

    When the sender's account is deleted, a trigger empties the row but keeps it, so
    that numbers have no gaps (`sql/sender_forgotten.sql`).
    """

    room = models.ForeignKey(
        Room,
        models.DO_NOTHING,  # the database cascades: migration 0001
        related_name="messages",
        db_index=False,
        db_constraint=False,
        verbose_name=_("room"),
    )
    number = models.BigIntegerField(_("number"))
    sender = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("sender"),
    )
    text = models.TextField(_("text"), max_length=constants.TEXT_MAX_LENGTH)
    client_id = models.UUIDField(
        _("client's id"),
        null=True,
        blank=True,
        help_text=_(
            "The id that the sender gave the message, so that a repeat is not "
            "stored twice."
        ),
    )
    sent_at = models.DateTimeField(_("sent at"), db_default=Now(), editable=False)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["room", "number"], name="message_number_unique"
            ),
            models.UniqueConstraint(
                fields=["room", "sender", "client_id"],
                name="message_client_id_unique",
                condition=Q(client_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(number__gt=0), name="message_number_positive"
            ),
            models.CheckConstraint(
                condition=Q(LessThanOrEqual(Length("text"), constants.TEXT_MAX_LENGTH)),
                name="message_text_length",
            ),
            models.CheckConstraint(
                condition=(Q(sender__isnull=False) & is_visible("text"))
                | Q(sender=None, text="", hidden_at__isnull=False),
                name="message_text_is_the_senders",
            ),
            SqlRule.read("chat", "sender_forgotten"),
        ]
        indexes = [
            models.Index(fields=["sender", "id"], name="message_sender"),
            # Of those alone that are hidden, which are few: those of a room, and those
            # that were hidden lately.
            models.Index(
                fields=["room", "hidden_at"],
                name="message_hidden_in_room",
                condition=Q(hidden_at__isnull=False),
            ),
            models.Index(
                fields=["hidden_at"],
                name="message_hidden",
                condition=Q(hidden_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.number}"
