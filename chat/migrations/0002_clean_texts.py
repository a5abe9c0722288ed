"""Messages in which nothing can be seen become as those of accounts that are gone."""

from django.db import migrations

# What can be seen, as project/lib/text.py had it.
VISIBLE = (
    r"[^\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160"
    r"\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f"
    r"\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# The trigger of migration 0001 empties and hides them. Numbers have no holes, so the
# rows stay.
CLEAN = f"""
UPDATE chat_message SET sender_id = NULL
WHERE sender_id IS NOT NULL AND text !~ '{VISIBLE}'
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0001_chat"),
    ]

    operations = [
        # What was there is not known any more.
        migrations.RunSQL(CLEAN, migrations.RunSQL.noop),
    ]
