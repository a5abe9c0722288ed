"""Searches find е for ё and e for é: names are kept folded, by one SQL function."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations, models

import project.lib.reads.search

# unaccent is only stable, since its rules are a file; indexes ask for immutable. The
# rules change with PostgreSQL's major versions, when all indexes are made anew.
# It is named in full: a search_path of the function's own would take most of its time.
FOLD_TEXT = r"""
DO $do$
DECLARE
    schema text := (
        SELECT quote_ident(nspname) FROM pg_extension
        JOIN pg_namespace ON pg_namespace.oid = extnamespace
        WHERE extname = 'unaccent'
    );
BEGIN
    EXECUTE replace($function$
        CREATE FUNCTION fold_text(given text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
        AS $$
        BEGIN
            IF octet_length(given) = length(given) THEN  -- ASCII, of which most is
                RETURN upper(given);
            END IF;
            -- Composed first: й is a letter, not и with an accent.
            IF given IS NOT NFC NORMALIZED THEN
                given := normalize(given, NFC);
            END IF;
            -- Without soft hyphens, joiners and marks, which nobody types.
            RETURN upper(extension.unaccent('extension.unaccent', translate(
                given, U&'\00AD\200B\200C\200D\200E\200F\2060\FEFF', ''
            )));
        END
        $$
    $function$, 'extension', schema);
END
$do$
"""

# Both at once: each would write the table anew.
ADD_COLUMNS = """
ALTER TABLE matchmaker_member
    ADD COLUMN first_name_folded text
        GENERATED ALWAYS AS (fold_text(first_name)) STORED,
    ADD COLUMN last_name_folded text
        GENERATED ALWAYS AS (fold_text(last_name)) STORED
"""

DROP_COLUMNS = """
ALTER TABLE matchmaker_member
    DROP COLUMN first_name_folded, DROP COLUMN last_name_folded
"""


def folded(column):
    return models.GeneratedField(
        expression=project.lib.reads.search.Folded(models.F(column)),
        output_field=models.TextField(),
        db_persist=True,
    )


def trigrams(column, name):
    return django.contrib.postgres.indexes.GinIndex(
        fields=[column], opclasses=["gin_trgm_ops"], name=name
    )


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0009_account_mails"),
    ]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(FOLD_TEXT, "DROP FUNCTION fold_text"),
        migrations.RemoveIndex(model_name="member", name="member_first_name"),
        migrations.RemoveIndex(model_name="member", name="member_last_name"),
        migrations.RunSQL(
            ADD_COLUMNS,
            DROP_COLUMNS,
            state_operations=[
                migrations.AddField(
                    model_name="member",
                    name=f"{name}_folded",
                    field=folded(name),
                )
                for name in ("first_name", "last_name")
            ],
        ),
        migrations.AddIndex(
            model_name="member",
            index=trigrams("first_name_folded", "member_first_name"),
        ),
        migrations.AddIndex(
            model_name="member",
            index=trigrams("last_name_folded", "member_last_name"),
        ),
    ]
