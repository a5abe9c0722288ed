"""Matches, passes, reports, the mails that are due, and whom a member looks for."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# A match cannot be without either of its likes, whatever code path deletes one.
TIE_MATCH = """
ALTER TABLE matchmaker_match
    ADD CONSTRAINT match_first_likes
    FOREIGN KEY (first_member_id, second_member_id)
    REFERENCES matchmaker_like (from_member_id, to_member_id) ON DELETE CASCADE,
    ADD CONSTRAINT match_second_likes
    FOREIGN KEY (second_member_id, first_member_id)
    REFERENCES matchmaker_like (from_member_id, to_member_id) ON DELETE CASCADE
"""

UNTIE_MATCH = """
ALTER TABLE matchmaker_match
    DROP CONSTRAINT match_first_likes, DROP CONSTRAINT match_second_likes
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0001_members"),
    ]

    operations = [
        migrations.CreateModel(
            name="Match",
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
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "match",
                "verbose_name_plural": "matches",
            },
        ),
        migrations.CreateModel(
            name="MatchMail",
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
                        verbose_name="due since",
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                (
                    "given_up_at",
                    models.DateTimeField(null=True, verbose_name="failed at"),
                ),
            ],
            options={
                "verbose_name": "mail about a match",
                "verbose_name_plural": "mails about matches",
            },
        ),
        migrations.CreateModel(
            name="Pass",
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
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
            ],
            options={
                "verbose_name": "pass",
                "verbose_name_plural": "passes",
            },
        ),
        migrations.CreateModel(
            name="Report",
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
                    "reason",
                    models.CharField(
                        choices=[
                            ("spam", "spam"),
                            ("fake", "fake profile"),
                            ("abuse", "abuse"),
                            ("other", "something else"),
                        ],
                        max_length=5,
                        verbose_name="reason",
                    ),
                ),
                (
                    "text",
                    models.TextField(blank=True, max_length=2000, verbose_name="text"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("dismissed", "dismissed"),
                            ("deactivated", "member deactivated"),
                        ],
                        default="open",
                        max_length=11,
                        verbose_name="state",
                    ),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed"),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
            },
        ),
        migrations.RemoveIndex(
            model_name="member",
            name="member_cell",
        ),
        migrations.AddField(
            model_name="member",
            name="looking_for",
            field=models.CharField(
                choices=[("male", "men"), ("female", "women"), ("any", "anybody")],
                default="any",
                max_length=6,
                verbose_name="looking for",
            ),
        ),
        migrations.AlterField(
            model_name="like",
            name="to_member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="likes_received",
                to=settings.AUTH_USER_MODEL,
                verbose_name="liked member",
            ),
        ),
        migrations.AddIndex(
            model_name="like",
            index=models.Index(
                fields=["from_member", "id"], include=("to_member",), name="like_given"
            ),
        ),
        migrations.AddIndex(
            model_name="like",
            index=models.Index(
                fields=["to_member", "id"],
                include=("from_member",),
                name="like_received",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["cell", "id"],
                include=("gender", "looking_for"),
                name="member_cell",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("looking_for__in", ["male", "female", "any"])),
                name="member_looking_for_known",
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="first_member",
            field=models.ForeignKey(
                db_index=False,
                help_text="The member with the lower id.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="matches_as_first",
                to=settings.AUTH_USER_MODEL,
                verbose_name="one member",
            ),
        ),
        migrations.AddField(
            model_name="match",
            name="second_member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="matches_as_second",
                to=settings.AUTH_USER_MODEL,
                verbose_name="other member",
            ),
        ),
        migrations.AddField(
            model_name="matchmail",
            name="about",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="about",
            ),
        ),
        migrations.AddField(
            model_name="matchmail",
            name="member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="match_mails",
                to=settings.AUTH_USER_MODEL,
                verbose_name="to",
            ),
        ),
        migrations.AddField(
            model_name="pass",
            name="from_member",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="passes_given",
                to=settings.AUTH_USER_MODEL,
                verbose_name="passed by",
            ),
        ),
        migrations.AddField(
            model_name="pass",
            name="to_member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="passes_received",
                to=settings.AUTH_USER_MODEL,
                verbose_name="passed member",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="closed by",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="from_member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reports_made",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reporter",
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="to_member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reports_received",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reported member",
            ),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(
                models.F("first_member"), models.F("second_member"), name="match_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_member__lt", models.F("second_member"))),
                name="match_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="matchmail",
            index=models.Index(
                condition=models.Q(("given_up_at", None), ("sent_at", None)),
                fields=["next_attempt_at"],
                name="match_mail_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="matchmail",
            constraint=models.UniqueConstraint(
                models.F("member"), models.F("about"), name="match_mail_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="matchmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("member", models.F("about")), _negated=True),
                name="match_mail_not_self",
            ),
        ),
        migrations.AddConstraint(
            model_name="pass",
            constraint=models.UniqueConstraint(
                models.F("from_member"), models.F("to_member"), name="pass_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="pass",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_member", models.F("to_member")), _negated=True
                ),
                name="pass_not_self",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["id"], name="report_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_member", models.F("to_member")), _negated=True
                ),
                name="report_not_self",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["spam", "fake", "abuse", "other"])),
                name="report_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("state", "open")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("state__in", ["dismissed", "deactivated"]),
                    ),
                    _connector="OR",
                ),
                name="report_closed_or_open",
            ),
        ),
        migrations.RunSQL(TIE_MATCH, UNTIE_MATCH),
    ]
