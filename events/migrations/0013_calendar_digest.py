"""Calendars tell whether they have changed by digests, and have an index."""

from django.db import migrations, models
from django.db.models import F, Q

from events.digests import AsBytes, RowDigest


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0012_named_by_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="calendar_digest",
            field=models.GeneratedField(
                expression=RowDigest(
                    "uid", "sequence", "created_at", "changed_at", "title",
                    "description", "date", "is_all_day", AsBytes("location"),
                    "cancelled_at",
                ),
                output_field=models.BigIntegerField(),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                F("date").desc(nulls_last=True),
                F("id").desc(),
                name="event_calendar",
                condition=Q(published_at__isnull=False, date__isnull=False),
                include=["cancelled_at", "calendar_digest"],
            ),
        ),
    ]  # fmt: skip
