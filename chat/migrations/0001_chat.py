"""Rooms, read positions and messages, with the triggers that keep them true."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

# By the database itself: Django would delete the messages first and the room then, and
# one that was sent in between would keep the room, and with it whatever it is of.
CASCADE = """
ALTER TABLE chat_message
    ADD CONSTRAINT message_room FOREIGN KEY (room_id)
    REFERENCES chat_room (id) ON DELETE CASCADE;
ALTER TABLE chat_participant
    ADD CONSTRAINT participant_room FOREIGN KEY (room_id)
    REFERENCES chat_room (id) ON DELETE CASCADE;
"""

# A message outlives its sender's account, without what is personal in it: numbers have
# no holes.
FORGET_SENDER = """
CREATE FUNCTION forget_sender() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.text := '';
    NEW.client_id := NULL;
    NEW.hidden_at := coalesce(OLD.hidden_at, statement_timestamp());
    RETURN NEW;
END
$$;

CREATE TRIGGER sender_forgotten
BEFORE UPDATE OF sender_id ON chat_message
FOR EACH ROW WHEN (NEW.sender_id IS NULL AND OLD.sender_id IS NOT NULL)
EXECUTE FUNCTION forget_sender();
"""

# Each match, event and organization has its room from its first moment, whoever writes:
# nobody can be the second to make one. Those that are there already get theirs here.
OPEN_ROOMS = """
CREATE FUNCTION open_direct_rooms() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO chat_room (kind, low_member_id, high_member_id)
    SELECT 'direct', first_member_id, second_member_id FROM added
    ORDER BY 2, 3
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE FUNCTION open_event_rooms() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO chat_room (kind, event_id) SELECT 'event', id FROM added;
    RETURN NULL;
END
$$;

CREATE FUNCTION open_organization_rooms() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO chat_room (kind, organization_id)
    SELECT 'organization', id FROM added;
    RETURN NULL;
END
$$;

CREATE TRIGGER match_room
AFTER INSERT ON matchmaker_match REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION open_direct_rooms();

CREATE TRIGGER event_room
AFTER INSERT ON events_event REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION open_event_rooms();

CREATE TRIGGER organization_room
AFTER INSERT ON events_organization REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION open_organization_rooms();

INSERT INTO chat_room (kind, low_member_id, high_member_id)
SELECT 'direct', first_member_id, second_member_id FROM matchmaker_match;
INSERT INTO chat_room (kind, event_id) SELECT 'event', id FROM events_event;
INSERT INTO chat_room (kind, organization_id)
SELECT 'organization', id FROM events_organization;
"""

UNDO = """
DROP TRIGGER match_room ON matchmaker_match;
DROP TRIGGER event_room ON events_event;
DROP TRIGGER organization_room ON events_organization;
DROP TRIGGER sender_forgotten ON chat_message;
DROP FUNCTION open_direct_rooms, open_event_rooms, open_organization_rooms,
    forget_sender;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_events"),
        ("matchmaker", "0003_anchors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lobby", "lobby"),
                            ("direct", "direct"),
                            ("event", "event"),
                            ("organization", "organization"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "last_number",
                    models.BigIntegerField(
                        db_default=0, default=0, editable=False, verbose_name="messages"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="room",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "high_member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="other member",
                    ),
                ),
                (
                    "low_member",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="The member with the lower id.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="one member",
                    ),
                ),
                (
                    "organization",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="room",
                        to="events.organization",
                        verbose_name="organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "room",
                "verbose_name_plural": "rooms",
            },
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "read_number",
                    models.BigIntegerField(default=0, verbose_name="read up to"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="participants",
                        to="chat.room",
                        verbose_name="room",
                    ),
                ),
            ],
            options={
                "verbose_name": "participant",
                "verbose_name_plural": "participants",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="number")),
                ("text", models.TextField(max_length=4000, verbose_name="text")),
                (
                    "client_id",
                    models.UUIDField(
                        blank=True,
                        help_text="The id that the sender gave the message, so that a repeat is not stored twice.",
                        null=True,
                        verbose_name="client's id",
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="sent at",
                    ),
                ),
                (
                    "hidden_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="hidden"),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sender",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="messages",
                        to="chat.room",
                        verbose_name="room",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
            },
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("event__isnull", True),
                        ("high_member__isnull", True),
                        ("kind", "lobby"),
                        ("low_member__isnull", True),
                        ("organization__isnull", True),
                    ),
                    models.Q(
                        ("event__isnull", True),
                        ("high_member__isnull", False),
                        ("kind", "direct"),
                        ("low_member__isnull", False),
                        ("organization__isnull", True),
                    ),
                    models.Q(
                        ("event__isnull", False),
                        ("high_member__isnull", True),
                        ("kind", "event"),
                        ("low_member__isnull", True),
                        ("organization__isnull", True),
                    ),
                    models.Q(
                        ("event__isnull", True),
                        ("high_member__isnull", True),
                        ("kind", "organization"),
                        ("low_member__isnull", True),
                        ("organization__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="room_of_its_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("low_member", None),
                    ("low_member__lt", models.F("high_member")),
                    _connector="OR",
                ),
                name="room_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(
                fields=("low_member", "high_member"), name="room_pair_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "lobby")),
                fields=("kind",),
                name="room_one_lobby",
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(
                fields=("room", "member"), name="participant_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.CheckConstraint(
                condition=models.Q(("read_number__gte", 0)),
                name="participant_read_positive",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["sender", "id"], name="message_sender"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("hidden_at__isnull", False)),
                fields=["room", "hidden_at"],
                name="message_hidden_in_room",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("hidden_at__isnull", False)),
                fields=["hidden_at"],
                name="message_hidden",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("room", "number"), name="message_number_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client_id__isnull", False)),
                fields=("room", "sender", "client_id"),
                name="message_client_id_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="message_number_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.LessThanOrEqual(
                        django.db.models.functions.text.Length("text"), 4000
                    )
                ),
                name="message_text_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("sender__isnull", False), models.Q(("text", ""), _negated=True)
                    ),
                    models.Q(
                        ("hidden_at__isnull", False), ("sender", None), ("text", "")
                    ),
                    _connector="OR",
                ),
                name="message_text_is_the_senders",
            ),
        ),
        migrations.RunSQL(CASCADE + FORGET_SENDER + OPEN_ROOMS, UNDO),
    ]
