"""Who is only named in an organization has no place in its room, nor had one."""

from django.db import migrations

FORGET = """
DELETE FROM chat_participant participant
USING chat_room room, events_membership membership
WHERE room.id = participant.room_id
    AND membership.organization_id = room.organization_id
    AND membership.member_id = participant.member_id
    AND membership.confirmed_at IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_text_constraints"),
        ("events", "0009_naming"),
    ]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
