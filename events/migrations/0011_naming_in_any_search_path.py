"""Naming by consent finds its tables whatever the search_path, as all triggers do.

A restore of data alone (pg_restore --data-only) sets an empty one.
"""

from django.db import migrations

import project.lib.sql_rules


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0010_sql_rules"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="membership",
            name="name_by_consent",
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=project.lib.sql_rules.SqlRule(
                name="name_by_consent",
                sql="CREATE OR REPLACE FUNCTION events_name_by_consent() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    may_be_named boolean;\nBEGIN\n    -- Held, and read as it is then: the member may be refusing at this moment.\n    SELECT member.may_be_named INTO may_be_named\n    FROM matchmaker_member member WHERE id = NEW.member_id FOR SHARE;\n    IF NOT may_be_named OR EXISTS (\n        SELECT FROM events_departure WHERE organization_id = NEW.organization_id\n            AND member_id = NEW.member_id\n    ) THEN\n        RAISE check_violation USING\n            CONSTRAINT = 'membership_by_consent',\n            MESSAGE = 'This member left, or does not want to be named.';\n    END IF;\n    RETURN NEW;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER name_by_consent BEFORE INSERT ON events_membership\nFOR EACH ROW WHEN (NEW.confirmed_at IS NULL)\nEXECUTE FUNCTION events_name_by_consent();\n",
            ),
        ),
    ]
