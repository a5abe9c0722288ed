-- Counts the public events, and those of them with a location, whoever writes. Each
-- transaction counts in a row that no other one holds, and adds a row if all are held.
-- So none waits for another, and none can deadlock because of the count.

CREATE OR REPLACE FUNCTION add_public_events(more bigint, more_located bigint)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF more = 0 AND more_located = 0 THEN
        RETURN;
    END IF;
    UPDATE events_eventcount
    SET public = public + more, located = located + more_located
    WHERE id = (
        SELECT id FROM events_eventcount ORDER BY id
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    );
    IF NOT FOUND THEN
        INSERT INTO events_eventcount (public, located) VALUES (more, more_located);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION count_public_events() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    one constant integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    PERFORM add_public_events(one * count(*), one * count(location)) FROM changed
    WHERE published_at IS NOT NULL AND cancelled_at IS NULL;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION count_public_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    was constant boolean := OLD.published_at IS NOT NULL AND OLD.cancelled_at IS NULL;
    became constant boolean :=
        NEW.published_at IS NOT NULL AND NEW.cancelled_at IS NULL;
BEGIN
    PERFORM add_public_events(
        became::integer - was::integer,
        (became AND NEW.location IS NOT NULL)::integer
            - (was AND OLD.location IS NOT NULL)::integer
    );
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION forget_public_events() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM events_eventcount;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER public_events_added
AFTER INSERT ON events_event REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_public_events();

CREATE OR REPLACE TRIGGER public_events_deleted
AFTER DELETE ON events_event REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_public_events();

-- By the row, because attendances write events too, and must not pay for this.
CREATE OR REPLACE TRIGGER public_event_changed
AFTER UPDATE OF published_at, cancelled_at, location ON events_event
FOR EACH ROW EXECUTE FUNCTION count_public_event();

CREATE OR REPLACE TRIGGER public_events_forgotten AFTER TRUNCATE ON events_event
FOR EACH STATEMENT EXECUTE FUNCTION forget_public_events();
