"""The triggers and functions of earlier migrations, declared in the models from here on.

The database has them as they are here: only Django's state is told.
"""

from django.db import migrations

import project.lib.sql_rules


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0009_naming"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="attendance",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="event_places",
                        sql="CREATE OR REPLACE FUNCTION move_up(full_event bigint, free bigint) RETURNS integer\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    moved integer;\nBEGIN\n    -- No capacity: free is null, no LIMIT. Whose account is being deleted is passed\n    -- over, not waited for. An array: a subquery may be run, and lock, repeatedly.\n    UPDATE events_attendance\n    SET is_waiting = false, promoted_at = statement_timestamp(),\n        next_attempt_at = statement_timestamp()\n    WHERE id = ANY (ARRAY(\n        SELECT place.id FROM events_attendance place\n        JOIN matchmaker_member member ON member.id = place.member_id\n        WHERE place.event_id = full_event AND place.is_waiting AND member.is_active\n        ORDER BY place.id LIMIT CASE WHEN free < 0 THEN 0 ELSE free END\n        FOR UPDATE OF place SKIP LOCKED\n    ));\n    GET DIAGNOSTICS moved = ROW_COUNT;\n    RETURN moved;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION take_places(of_event bigint, taken bigint) RETURNS void\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    is_open boolean;\n    free bigint;\nBEGIN\n    -- Held in any case: a full one may have a place by the time that others are done.\n    SELECT cancelled_at IS NULL, capacity - attendees - taken INTO is_open, free\n    FROM events_event WHERE id = of_event FOR NO KEY UPDATE;\n    IF is_open THEN\n        taken := taken + move_up(of_event, free);\n    END IF;\n    UPDATE events_event SET attendees = attendees + taken\n    WHERE id = of_event AND taken <> 0;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION count_places() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    PERFORM take_places(event_id, CASE TG_OP WHEN 'INSERT' THEN n ELSE -n END)\n    FROM (\n        SELECT event_id, count(*) FILTER (WHERE NOT is_waiting) AS n\n        FROM changed GROUP BY event_id ORDER BY event_id\n    ) by_event;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION count_place() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    PERFORM take_places(NEW.event_id, CASE WHEN NEW.is_waiting THEN -1 ELSE 1 END);\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION use_capacity() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    -- Unless it is take_places that counts: what a form has read may be out of date.\n    IF pg_trigger_depth() = 1 THEN\n        NEW.attendees := OLD.attendees;\n        IF NEW.cancelled_at IS NULL THEN\n            NEW.attendees := OLD.attendees\n                + move_up(NEW.id, NEW.capacity - OLD.attendees);\n        END IF;\n    END IF;\n    RETURN NEW;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER places_taken\nAFTER INSERT ON events_attendance REFERENCING NEW TABLE AS changed\nFOR EACH STATEMENT EXECUTE FUNCTION count_places();\n\nCREATE OR REPLACE TRIGGER places_freed\nAFTER DELETE ON events_attendance REFERENCING OLD TABLE AS changed\nFOR EACH STATEMENT EXECUTE FUNCTION count_places();\n\n-- By hand; those that move_up sets are counted where it is called.\nCREATE OR REPLACE TRIGGER place_changed\nAFTER UPDATE OF is_waiting ON events_attendance\nFOR EACH ROW WHEN (\n    OLD.is_waiting <> NEW.is_waiting\n    AND OLD.promoted_at IS NOT DISTINCT FROM NEW.promoted_at\n)\nEXECUTE FUNCTION count_place();\n\nCREATE OR REPLACE TRIGGER capacity_used\nBEFORE UPDATE OF capacity, attendees ON events_event\nFOR EACH ROW EXECUTE FUNCTION use_capacity();\n",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="membership",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="name_by_consent",
                        sql="CREATE OR REPLACE FUNCTION events_name_by_consent() RETURNS trigger LANGUAGE plpgsql AS $$\nDECLARE\n    may_be_named boolean;\nBEGIN\n    -- Held, and read as it is then: the member may be refusing at this moment.\n    SELECT member.may_be_named INTO may_be_named\n    FROM matchmaker_member member WHERE id = NEW.member_id FOR SHARE;\n    IF NOT may_be_named OR EXISTS (\n        SELECT FROM events_departure WHERE organization_id = NEW.organization_id\n            AND member_id = NEW.member_id\n    ) THEN\n        RAISE check_violation USING\n            CONSTRAINT = 'membership_by_consent',\n            MESSAGE = 'This member left, or does not want to be named.';\n    END IF;\n    RETURN NEW;\nEND\n$$;\nCREATE OR REPLACE TRIGGER name_by_consent BEFORE INSERT ON events_membership\n    FOR EACH ROW WHEN (NEW.confirmed_at IS NULL)\n    EXECUTE FUNCTION events_name_by_consent();\n",
                    ),
                ),
            ]
        )
    ]
