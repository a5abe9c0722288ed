"""The triggers and functions of earlier migrations, declared in the models from here on.

The database has them as they are here: only Django's state is told.
"""

from django.db import migrations

import project.lib.sql_rules


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0004_confirmed_participants"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="message",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="sender_forgotten",
                        sql="CREATE OR REPLACE FUNCTION forget_sender() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    NEW.text := '';\n    NEW.client_id := NULL;\n    NEW.hidden_at := coalesce(OLD.hidden_at, statement_timestamp());\n    RETURN NEW;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER sender_forgotten\nBEFORE UPDATE OF sender_id ON chat_message\nFOR EACH ROW WHEN (NEW.sender_id IS NULL AND OLD.sender_id IS NOT NULL)\nEXECUTE FUNCTION forget_sender();\n",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="room",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="rooms_opened",
                        sql="CREATE OR REPLACE FUNCTION open_direct_rooms() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    INSERT INTO chat_room (kind, low_member_id, high_member_id)\n    SELECT 'direct', first_member_id, second_member_id FROM added\n    ORDER BY 2, 3\n    ON CONFLICT DO NOTHING;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION open_event_rooms() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    INSERT INTO chat_room (kind, event_id) SELECT 'event', id FROM added;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION open_organization_rooms() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    INSERT INTO chat_room (kind, organization_id)\n    SELECT 'organization', id FROM added;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER match_room\nAFTER INSERT ON matchmaker_match REFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION open_direct_rooms();\n\nCREATE OR REPLACE TRIGGER event_room\nAFTER INSERT ON events_event REFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION open_event_rooms();\n\nCREATE OR REPLACE TRIGGER organization_room\nAFTER INSERT ON events_organization REFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION open_organization_rooms();\n",
                    ),
                ),
            ]
        )
    ]
