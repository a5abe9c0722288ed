-- Keeps Member.anchor, the place that decides the member's cell (places.py).
-- BEFORE, so that the generated columns are computed from the anchor that it chooses.
-- It overrules what a statement writes into the anchor, for example Model.save() of a
-- row read long ago. An INSERT may bring an anchor: a restored dump does.

CREATE OR REPLACE FUNCTION anchor_member() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    reach_m constant float8 := 500;
    remembered constant integer := 20;
    held constant geography := coalesce(OLD.anchor, OLD.location);
    held_since constant timestamptz := coalesce(OLD.anchored_at, OLD.date_joined);
    moment constant timestamptz := clock_timestamp();
BEGIN
    NEW.anchor := held;
    NEW.anchored_at := OLD.anchored_at;
    IF NEW.location IS NULL OR ST_DWithin(NEW.location, held, reach_m) THEN
        RETURN NEW;
    END IF;

    NEW.anchored_at := moment;
    SELECT point INTO NEW.anchor FROM matchmaker_anchor
    WHERE member_id = OLD.id AND ST_DWithin(point, NEW.location, reach_m)
    ORDER BY ST_Distance(point, NEW.location), id LIMIT 1;
    IF NOT FOUND THEN
        NEW.anchor := NEW.location;
    END IF;

    IF held IS NOT NULL THEN
        INSERT INTO matchmaker_anchor AS known (member_id, point, left_at, has_stayed)
        VALUES (OLD.id, held, moment, moment - held_since >= interval '1 hour')
        ON CONFLICT (member_id, point) DO UPDATE SET
            left_at = excluded.left_at,
            has_stayed = known.has_stayed OR excluded.has_stayed;
        DELETE FROM matchmaker_anchor WHERE id IN (
            SELECT id FROM matchmaker_anchor WHERE member_id = OLD.id
            ORDER BY has_stayed DESC, left_at DESC OFFSET remembered
        );
    END IF;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER member_anchored BEFORE UPDATE OF location, anchor ON matchmaker_member
FOR EACH ROW EXECUTE FUNCTION anchor_member();
