-- Counts the places of an event, and gives freed ones to those who wait, by whatever
-- code path one is taken or freed: a deleted account, more capacity, the admin.
-- Each takes the event's row first, so they come one after the other. And each writes it
-- once: PostgreSQL checks the foreign keys of a row again that is written twice in a
-- transaction, and would wait for the creator's row; whoever deletes the creator's
-- account holds that row and waits for the event.

CREATE OR REPLACE FUNCTION move_up(full_event bigint, free bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    moved integer;
BEGIN
    -- No capacity: free is null, no LIMIT. Whose account is being deleted is passed
    -- over, not waited for. An array: a subquery may be run, and lock, repeatedly.
    UPDATE events_attendance
    SET is_waiting = false, promoted_at = statement_timestamp(),
        next_attempt_at = statement_timestamp()
    WHERE id = ANY (ARRAY(
        SELECT place.id FROM events_attendance place
        JOIN matchmaker_member member ON member.id = place.member_id
        WHERE place.event_id = full_event AND place.is_waiting AND member.is_active
        ORDER BY place.id LIMIT CASE WHEN free < 0 THEN 0 ELSE free END
        FOR UPDATE OF place SKIP LOCKED
    ));
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$$;

CREATE OR REPLACE FUNCTION take_places(of_event bigint, taken bigint) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    is_open boolean;
    free bigint;
BEGIN
    -- Held in any case: a full one may have a place by the time that others are done.
    SELECT cancelled_at IS NULL, capacity - attendees - taken INTO is_open, free
    FROM events_event WHERE id = of_event FOR NO KEY UPDATE;
    IF is_open THEN
        taken := taken + move_up(of_event, free);
    END IF;
    UPDATE events_event SET attendees = attendees + taken
    WHERE id = of_event AND taken <> 0;
END
$$;

CREATE OR REPLACE FUNCTION count_places() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM take_places(event_id, CASE TG_OP WHEN 'INSERT' THEN n ELSE -n END)
    FROM (
        SELECT event_id, count(*) FILTER (WHERE NOT is_waiting) AS n
        FROM changed GROUP BY event_id ORDER BY event_id
    ) by_event;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION count_place() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM take_places(NEW.event_id, CASE WHEN NEW.is_waiting THEN -1 ELSE 1 END);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION use_capacity() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- Unless it is take_places that counts: what a form has read may be out of date.
    IF pg_trigger_depth() = 1 THEN
        NEW.attendees := OLD.attendees;
        IF NEW.cancelled_at IS NULL THEN
            NEW.attendees := OLD.attendees
                + move_up(NEW.id, NEW.capacity - OLD.attendees);
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER places_taken
AFTER INSERT ON events_attendance REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_places();

CREATE OR REPLACE TRIGGER places_freed
AFTER DELETE ON events_attendance REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_places();

-- By hand; those that move_up sets are counted where it is called.
CREATE OR REPLACE TRIGGER place_changed
AFTER UPDATE OF is_waiting ON events_attendance
FOR EACH ROW WHEN (
    OLD.is_waiting <> NEW.is_waiting
    AND OLD.promoted_at IS NOT DISTINCT FROM NEW.promoted_at
)
EXECUTE FUNCTION count_place();

CREATE OR REPLACE TRIGGER capacity_used
BEFORE UPDATE OF capacity, attendees ON events_event
FOR EACH ROW EXECUTE FUNCTION use_capacity();
