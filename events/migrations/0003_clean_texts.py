"""Texts of events and organizations that are there follow the rule of all texts."""

from django.db import migrations

# What can be seen, as project/lib/text.py had it.
VISIBLE = (
    r"[^\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160"
    r"\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f"
    r"\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# Of this migration's session only. Controls become blanks, characters that turn what
# follows go, and what cannot be seen becomes empty.
CLEANED = f"""
CREATE OR REPLACE FUNCTION pg_temp.cleaned(given text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN given ~ '{VISIBLE}' THEN btrim(normalize(regexp_replace(
    regexp_replace(
        given, '[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u2028\\u2029]', ' ', 'g'
    ), '[\\u202a-\\u202e\\u2066-\\u2069]', '', 'g'
), NFC)) ELSE '' END;
"""

# A title has one line, and cannot be empty.
CLEAN = """
CREATE OR REPLACE FUNCTION pg_temp.titled(title text, otherwise text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN left(coalesce(
    nullif(pg_temp.cleaned(regexp_replace(title, '\\s*[\\t\\n\\r]\\s*', ' ', 'g')), ''),
    otherwise
), 200);

UPDATE events_event
SET title = pg_temp.titled(title, 'Event ' || id),
    description = left(pg_temp.cleaned(description), 10000)
WHERE (title, description) IS DISTINCT FROM
    (pg_temp.titled(title, ''), pg_temp.cleaned(description));

UPDATE events_organization
SET title = pg_temp.titled(title, 'Organization ' || id),
    description = left(pg_temp.cleaned(description), 10000),
    postcode = left(pg_temp.cleaned(postcode), 20),
    address = left(pg_temp.cleaned(address), 300)
WHERE (title, description, postcode, address) IS DISTINCT FROM (
    pg_temp.titled(title, ''), pg_temp.cleaned(description),
    pg_temp.cleaned(postcode), pg_temp.cleaned(address)
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0002_unread_index"),
    ]

    operations = [
        # What was there is not known any more.
        migrations.RunSQL(CLEANED + CLEAN, migrations.RunSQL.noop),
    ]
