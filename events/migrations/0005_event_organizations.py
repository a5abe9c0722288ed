"""The table between events and organizations says who was invited and who answered."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# What Django called it while the table was its own.
OLD_NAME = "events_event_organizatio_event_id_organization_id_729f18a6_uniq"
RENAME = """
ALTER TABLE events_event_organizations RENAME CONSTRAINT "{}" TO "{}";
"""

TAKE_OVER = [
    migrations.CreateModel(
        name="EventOrganization",
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
                "event",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="event_organizations",
                    to="events.event",
                    verbose_name="event",
                ),
            ),
            (
                "organization",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="event_organizations",
                    to="events.organization",
                    verbose_name="organization",
                ),
            ),
        ],
        options={
            "verbose_name": "organization of an event",
            "verbose_name_plural": "organizations of events",
            "db_table": "events_event_organizations",
        },
    ),
    migrations.AlterField(
        model_name="event",
        name="organizations",
        field=models.ManyToManyField(
            blank=True,
            related_name="events",
            through="events.EventOrganization",
            to="events.organization",
            verbose_name="organizations",
        ),
    ),
    migrations.AddConstraint(
        model_name="eventorganization",
        constraint=models.UniqueConstraint(
            fields=("event", "organization"), name="event_organization_unique"
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_text_constraints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    RENAME.format(OLD_NAME, "event_organization_unique"),
                    RENAME.format("event_organization_unique", OLD_NAME),
                )
            ],
            state_operations=TAKE_OVER,
        ),
        migrations.AddField(
            model_name="eventorganization",
            name="status",
            field=models.CharField(
                choices=[
                    ("invited", "invited"),
                    ("confirmed", "confirmed"),
                    ("declined", "declined"),
                ],
                db_default="invited",
                default="invited",
                max_length=9,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="eventorganization",
            name="invited_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                editable=False,
                verbose_name="added",
            ),
        ),
        migrations.AddField(
            model_name="eventorganization",
            name="answered_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="answered"
            ),
        ),
        migrations.AddConstraint(
            model_name="eventorganization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["invited", "confirmed", "declined"])
                ),
                name="event_organization_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventorganization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("status", "invited")),
                    models.Q(
                        models.Q(("status", "invited"), _negated=True),
                        ("answered_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="event_organization_answered",
            ),
        ),
        migrations.CreateModel(
            name="InvitationMail",
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
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation_mails",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="to",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="events.organization",
                        verbose_name="organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail to an invited organization",
                "verbose_name_plural": "mails to invited organizations",
                "indexes": [
                    models.Index(
                        condition=models.Q(("given_up_at", None), ("sent_at", None)),
                        fields=["next_attempt_at"],
                        name="invitation_mail_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "organization", "member"),
                        name="invitation_mail_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at", None), ("given_up_at", None), _connector="OR"
                        ),
                        name="invitation_mail_sent_or_given_up",
                    ),
                ],
            },
        ),
    ]
