"""Public events are counted by triggers; lists of them have an index of their ids."""

from django.conf import settings
from django.db import migrations, models

import project.lib.sql_rules


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0013_calendar_digest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EventCount",
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
                ("public", models.BigIntegerField()),
                ("located", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "number of public events",
                "verbose_name_plural": "numbers of public events",
            },
        ),
        migrations.RemoveIndex(
            model_name="event",
            name="event_located",
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at", None), ("published_at__isnull", False)
                ),
                fields=["id"],
                name="event_public",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventcount",
            constraint=project.lib.sql_rules.SqlRule(
                name="public_events_counted",
                sql="CREATE OR REPLACE FUNCTION add_public_events(more bigint, more_located bigint)\nRETURNS void\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    IF more = 0 AND more_located = 0 THEN\n        RETURN;\n    END IF;\n    UPDATE events_eventcount\n    SET public = public + more, located = located + more_located\n    WHERE id = (\n        SELECT id FROM events_eventcount ORDER BY id\n        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED\n    );\n    IF NOT FOUND THEN\n        INSERT INTO events_eventcount (public, located) VALUES (more, more_located);\n    END IF;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION count_public_events() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    one constant integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;\nBEGIN\n    PERFORM add_public_events(one * count(*), one * count(location)) FROM changed\n    WHERE published_at IS NOT NULL AND cancelled_at IS NULL;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION count_public_event() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    was constant boolean := OLD.published_at IS NOT NULL AND OLD.cancelled_at IS NULL;\n    became constant boolean :=\n        NEW.published_at IS NOT NULL AND NEW.cancelled_at IS NULL;\nBEGIN\n    PERFORM add_public_events(\n        became::integer - was::integer,\n        (became AND NEW.location IS NOT NULL)::integer\n            - (was AND OLD.location IS NOT NULL)::integer\n    );\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION forget_public_events() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    DELETE FROM events_eventcount;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER public_events_added\nAFTER INSERT ON events_event REFERENCING NEW TABLE AS changed\nFOR EACH STATEMENT EXECUTE FUNCTION count_public_events();\n\nCREATE OR REPLACE TRIGGER public_events_deleted\nAFTER DELETE ON events_event REFERENCING OLD TABLE AS changed\nFOR EACH STATEMENT EXECUTE FUNCTION count_public_events();\n\n-- By the row, because attendances write events too, and must not pay for this.\nCREATE OR REPLACE TRIGGER public_event_changed\nAFTER UPDATE OF published_at, cancelled_at, location ON events_event\nFOR EACH ROW EXECUTE FUNCTION count_public_event();\n\nCREATE OR REPLACE TRIGGER public_events_forgotten AFTER TRUNCATE ON events_event\nFOR EACH STATEMENT EXECUTE FUNCTION forget_public_events();\n",
            ),
        ),
    ]
