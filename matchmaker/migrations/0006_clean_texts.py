"""Names and reports that are there follow the rule of all texts."""

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

CLEAN = """
UPDATE matchmaker_member
SET first_name = left(pg_temp.cleaned(first_name), 150),
    last_name = left(pg_temp.cleaned(last_name), 150)
WHERE (first_name, last_name)
    IS DISTINCT FROM (pg_temp.cleaned(first_name), pg_temp.cleaned(last_name));

UPDATE matchmaker_report SET text = pg_temp.cleaned(text)
WHERE text <> pg_temp.cleaned(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0005_phone_claims"),
    ]

    operations = [
        # What was there is not known any more.
        migrations.RunSQL(CLEANED + CLEAN, migrations.RunSQL.noop),
    ]
