-- Adds a change for each public event that comes to a square of the map, or leaves it.
-- Changes are only added, so that writers neither wait for each other nor deadlock.

CREATE OR REPLACE FUNCTION change_event_squares() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        INSERT INTO events_eventsquarechange (square, number)
        SELECT square, count(*) FROM added
        WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL
        GROUP BY square;
    WHEN 'DELETE' THEN
        INSERT INTO events_eventsquarechange (square, number)
        SELECT square, -count(*) FROM removed
        WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL
        GROUP BY square;
    WHEN 'UPDATE' THEN
        INSERT INTO events_eventsquarechange (square, number)
        SELECT square, sum(number) FROM (VALUES
            (OLD.square, OLD.published_at, OLD.cancelled_at, -1),
            (NEW.square, NEW.published_at, NEW.cancelled_at, 1)
        ) place (square, published_at, cancelled_at, number)
        WHERE published_at IS NOT NULL AND cancelled_at IS NULL AND square IS NOT NULL
        GROUP BY square HAVING sum(number) <> 0;
    WHEN 'TRUNCATE' THEN
        DELETE FROM events_eventsquarechange;
        DELETE FROM events_eventsquare;
    END CASE;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER event_came AFTER INSERT ON events_event
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION change_event_squares();

CREATE OR REPLACE TRIGGER event_left AFTER DELETE ON events_event
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION change_event_squares();

-- By the row, because attendances write events too, and must not pay for this.
CREATE OR REPLACE TRIGGER event_moved
AFTER UPDATE OF published_at, cancelled_at, location ON events_event
FOR EACH ROW EXECUTE FUNCTION change_event_squares();

CREATE OR REPLACE TRIGGER events_truncated AFTER TRUNCATE ON events_event
FOR EACH STATEMENT EXECUTE FUNCTION change_event_squares();

-- The table is mostly empty: a plan for one without pages would read all of it.
ALTER TABLE events_eventsquarechange SET (vacuum_truncate = off);
