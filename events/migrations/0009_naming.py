"""Who left an organization comes back by own consent, and who is named in one is told.

The trigger refuses to name those who left, or do not want to be named, whoever writes.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

NAME_BY_CONSENT = """
CREATE FUNCTION events_name_by_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_be_named boolean;
BEGIN
    -- Held, and read as it is then: the member may be refusing at this moment.
    SELECT member.may_be_named INTO may_be_named
    FROM matchmaker_member member WHERE id = NEW.member_id FOR SHARE;
    IF NOT may_be_named OR EXISTS (
        SELECT FROM events_departure WHERE organization_id = NEW.organization_id
            AND member_id = NEW.member_id
    ) THEN
        RAISE check_violation USING
            CONSTRAINT = 'membership_by_consent',
            MESSAGE = 'This member left, or does not want to be named.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER name_by_consent BEFORE INSERT ON events_membership
    FOR EACH ROW WHEN (NEW.confirmed_at IS NULL)
    EXECUTE FUNCTION events_name_by_consent();
"""

AS_BEFORE = """
DROP TRIGGER name_by_consent ON events_membership;
DROP FUNCTION events_name_by_consent();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0008_frozen_feeds_and_days"),
        ("matchmaker", "0014_may_be_named"),
    ]

    operations = [
        migrations.CreateModel(
            name="Departure",
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
                    "left_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="left",
                    ),
                ),
                (
                    "asked_back_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="asked back"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="departures",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="departures",
                        to="events.organization",
                        verbose_name="organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "departure",
                "verbose_name_plural": "departures",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "member"), name="departure_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NamingMail",
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
                    "attempts",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="attempts"
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="next attempt",
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="due since",
                    ),
                ),
                (
                    "sent_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="sent at"
                    ),
                ),
                (
                    "given_up_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="failed at"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="naming_mails",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="to",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="events.organization",
                        verbose_name="organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail to a named member",
                "verbose_name_plural": "mails to named members",
                "indexes": [
                    models.Index(
                        condition=models.Q(("given_up_at", None), ("sent_at", None)),
                        fields=["next_attempt_at"],
                        name="naming_mail_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "member"), name="naming_mail_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at", None), ("given_up_at", None), _connector="OR"
                        ),
                        name="naming_mail_sent_or_given_up",
                    ),
                ],
            },
        ),
        migrations.RunSQL(NAME_BY_CONSENT, AS_BEFORE),
    ]
