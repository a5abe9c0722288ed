"""How many events and organizations are in each square of the map."""

from django.conf import settings
from django.db import migrations, models

import project.lib.sql_rules
import project.lib.tiles.squares

# Whoever writes meanwhile would not be counted, or twice.
COUNT = """
LOCK TABLE events_event, events_organization IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO events_eventsquarechange (square, number)
SELECT square, count(*) FROM events_event
WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL
GROUP BY square;
INSERT INTO events_organizationsquarechange (square, number)
SELECT square, count(*) FROM events_organization WHERE square IS NOT NULL
GROUP BY square
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0021_map_squares"),
        ("events", "0015_existing_events_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EventSquare",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("x", models.BigIntegerField()),
                ("y", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "square of the map with events",
                "verbose_name_plural": "squares of the map with events",
            },
        ),
        migrations.CreateModel(
            name="EventSquareChange",
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
                ("square", models.BigIntegerField()),
                ("number", models.IntegerField()),
            ],
            options={
                "verbose_name": "change of a square’s number of events",
                "verbose_name_plural": "changes of squares’ numbers of events",
            },
        ),
        migrations.CreateModel(
            name="OrganizationSquare",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("x", models.BigIntegerField()),
                ("y", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "square of the map with organizations",
                "verbose_name_plural": "squares of the map with organizations",
            },
        ),
        migrations.CreateModel(
            name="OrganizationSquareChange",
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
                ("square", models.BigIntegerField()),
                ("number", models.IntegerField()),
            ],
            options={
                "verbose_name": "change of a square’s number of organizations",
                "verbose_name_plural": "changes of squares’ numbers of organizations",
            },
        ),
        migrations.AddField(
            model_name="event",
            name="square",
            field=models.GeneratedField(
                db_persist=True,
                expression=project.lib.tiles.squares.MapSquare("location"),
                output_field=models.BigIntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="organization",
            name="square",
            field=models.GeneratedField(
                db_persist=True,
                expression=project.lib.tiles.squares.MapSquare("location"),
                output_field=models.BigIntegerField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at", None), ("published_at__isnull", False)
                ),
                fields=["square"],
                name="event_square",
            ),
        ),
        migrations.AddIndex(
            model_name="organization",
            index=models.Index(fields=["square"], name="organization_square"),
        ),
        migrations.AddIndex(
            model_name="eventsquarechange",
            index=models.Index(
                fields=["square"], include=("number",), name="event_square_change"
            ),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="eventsquarechange",
            constraint=project.lib.sql_rules.SqlRule(
                name="event_squares",
                sql="CREATE OR REPLACE FUNCTION change_event_squares() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    CASE TG_OP\n    WHEN 'INSERT' THEN\n        INSERT INTO events_eventsquarechange (square, number)\n        SELECT square, count(*) FROM added\n        WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL\n        GROUP BY square;\n    WHEN 'DELETE' THEN\n        INSERT INTO events_eventsquarechange (square, number)\n        SELECT square, -count(*) FROM removed\n        WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL\n        GROUP BY square;\n    WHEN 'UPDATE' THEN\n        INSERT INTO events_eventsquarechange (square, number)\n        SELECT square, sum(number) FROM (VALUES\n            (OLD.square, OLD.published_at, OLD.cancelled_at, -1),\n            (NEW.square, NEW.published_at, NEW.cancelled_at, 1)\n        ) place (square, published_at, cancelled_at, number)\n        WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL\n        GROUP BY square HAVING sum(number) <> 0;\n    WHEN 'TRUNCATE' THEN\n        DELETE FROM events_eventsquarechange;\n        DELETE FROM events_eventsquare;\n    END CASE;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER event_came AFTER INSERT ON events_event\nREFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION change_event_squares();\n\nCREATE OR REPLACE TRIGGER event_left AFTER DELETE ON events_event\nREFERENCING OLD TABLE AS removed\nFOR EACH STATEMENT EXECUTE FUNCTION change_event_squares();\n\n-- By the row, because attendances write events too, and must not pay for this.\nCREATE OR REPLACE TRIGGER event_moved\nAFTER UPDATE OF published_at, cancelled_at, location ON events_event\nFOR EACH ROW EXECUTE FUNCTION change_event_squares();\n\nCREATE OR REPLACE TRIGGER events_truncated AFTER TRUNCATE ON events_event\nFOR EACH STATEMENT EXECUTE FUNCTION change_event_squares();\n\n-- The table is mostly empty: a plan for one without pages would read all of it.\nALTER TABLE events_eventsquarechange SET (vacuum_truncate = off);\n",
            ),
        ),
        migrations.AddIndex(
            model_name="organizationsquarechange",
            index=models.Index(
                fields=["square"],
                include=("number",),
                name="organization_square_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="organizationsquarechange",
            constraint=project.lib.sql_rules.SqlRule(
                name="organization_squares",
                sql="CREATE OR REPLACE FUNCTION change_organization_squares() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    CASE TG_OP\n    WHEN 'INSERT' THEN\n        INSERT INTO events_organizationsquarechange (square, number)\n        SELECT square, count(*) FROM added WHERE square IS NOT NULL GROUP BY square;\n    WHEN 'DELETE' THEN\n        INSERT INTO events_organizationsquarechange (square, number)\n        SELECT square, -count(*) FROM removed WHERE square IS NOT NULL GROUP BY square;\n    WHEN 'UPDATE' THEN\n        INSERT INTO events_organizationsquarechange (square, number)\n        SELECT square, sum(number) FROM (\n            VALUES (OLD.square, -1), (NEW.square, 1)\n        ) place (square, number)\n        WHERE square IS NOT NULL GROUP BY square HAVING sum(number) <> 0;\n    WHEN 'TRUNCATE' THEN\n        DELETE FROM events_organizationsquarechange;\n        DELETE FROM events_organizationsquare;\n    END CASE;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER organization_came AFTER INSERT ON events_organization\nREFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION change_organization_squares();\n\nCREATE OR REPLACE TRIGGER organization_left AFTER DELETE ON events_organization\nREFERENCING OLD TABLE AS removed\nFOR EACH STATEMENT EXECUTE FUNCTION change_organization_squares();\n\nCREATE OR REPLACE TRIGGER organization_moved\nAFTER UPDATE OF location ON events_organization\nFOR EACH ROW EXECUTE FUNCTION change_organization_squares();\n\nCREATE OR REPLACE TRIGGER organizations_truncated AFTER TRUNCATE ON events_organization\nFOR EACH STATEMENT EXECUTE FUNCTION change_organization_squares();\n\n-- The table is mostly empty: a plan for one without pages would read all of it.\nALTER TABLE events_organizationsquarechange SET (vacuum_truncate = off);\n",
            ),
        ),
    ]
