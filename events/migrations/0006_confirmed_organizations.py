"""Organizations of the events that are there already were named by their members."""

from django.db import migrations

CONFIRM = """
UPDATE events_event_organizations named
SET status = 'confirmed', invited_at = event.created_at, answered_at = event.created_at
FROM events_event event WHERE event.id = named.event_id;
"""

# Before, whatever was named made the event.
FORGET_OTHERS = """
DELETE FROM events_event_organizations WHERE status <> 'confirmed';
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0005_event_organizations")]

    operations = [migrations.RunSQL(CONFIRM, FORGET_OTHERS)]
