"""Count the public events that there are already."""

from django.db import migrations

# Nobody writes events meanwhile, and what was counted since 0014 is counted here too.
COUNTED = """
LOCK TABLE events_event IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM events_eventcount;
INSERT INTO events_eventcount (public, located)
SELECT count(*), count(location) FROM events_event
WHERE published_at IS NOT NULL AND cancelled_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0014_event_counts"),
    ]

    operations = [
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
    ]
