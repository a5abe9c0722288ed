"""Feeds keep their filters, old ones none; what is a day begins with it."""

import datetime

from django.db import migrations, models

MEND_DAYS = """
UPDATE events_event SET is_all_day = false WHERE is_all_day AND date IS NULL;
UPDATE events_event SET date = date_trunc('day', date AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
WHERE is_all_day;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0007_folded_titles")]

    operations = [
        migrations.AddField(
            model_name="calendarfeed",
            name="filters",
            field=models.JSONField(blank=True, default=dict, verbose_name="filters"),
        ),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("filters__has_key", "distance"), _negated=True),
                    ("filters__has_key", "point"),
                    _connector="OR",
                ),
                name="feed_distance_has_point",
            ),
        ),
        migrations.RunSQL(MEND_DAYS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_all_day", False),
                    models.Q(("date__isnull", False), ("date__time", datetime.time(0))),
                    _connector="OR",
                ),
                name="event_all_day_is_midnight",
            ),
        ),
    ]
