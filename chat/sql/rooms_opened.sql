-- Each match, event and organization has its room from its first moment, whoever
-- writes: nobody can be the second to make one.

CREATE OR REPLACE FUNCTION open_direct_rooms() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO chat_room (kind, low_member_id, high_member_id)
    SELECT 'direct', first_member_id, second_member_id FROM added
    ORDER BY 2, 3
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION open_event_rooms() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO chat_room (kind, event_id) SELECT 'event', id FROM added;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION open_organization_rooms() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO chat_room (kind, organization_id)
    SELECT 'organization', id FROM added;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER match_room
AFTER INSERT ON matchmaker_match REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION open_direct_rooms();

CREATE OR REPLACE TRIGGER event_room
AFTER INSERT ON events_event REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION open_event_rooms();

CREATE OR REPLACE TRIGGER organization_room
AFTER INSERT ON events_organization REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION open_organization_rooms();
