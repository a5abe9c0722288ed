-- Adds a change for each organization that comes to a square of the map, or leaves it,
-- as event_squares.sql does for events.

CREATE OR REPLACE FUNCTION change_organization_squares() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        INSERT INTO events_organizationsquarechange (square, number)
        SELECT square, count(*) FROM added WHERE square IS NOT NULL GROUP BY square;
    WHEN 'DELETE' THEN
        INSERT INTO events_organizationsquarechange (square, number)
        SELECT square, -count(*) FROM removed WHERE square IS NOT NULL GROUP BY square;
    WHEN 'UPDATE' THEN
        INSERT INTO events_organizationsquarechange (square, number)
        SELECT square, sum(number) FROM (
            VALUES (OLD.square, -1), (NEW.square, 1)
        ) place (square, number)
        WHERE square IS NOT NULL GROUP BY square HAVING sum(number) <> 0;
    WHEN 'TRUNCATE' THEN
        DELETE FROM events_organizationsquarechange;
        DELETE FROM events_organizationsquare;
    END CASE;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER organization_came AFTER INSERT ON events_organization
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION change_organization_squares();

CREATE OR REPLACE TRIGGER organization_left AFTER DELETE ON events_organization
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION change_organization_squares();

CREATE OR REPLACE TRIGGER organization_moved
AFTER UPDATE OF location ON events_organization
FOR EACH ROW EXECUTE FUNCTION change_organization_squares();

CREATE OR REPLACE TRIGGER organizations_truncated AFTER TRUNCATE ON events_organization
FOR EACH STATEMENT EXECUTE FUNCTION change_organization_squares();

-- The table is mostly empty: a plan for one without pages would read all of it.
ALTER TABLE events_organizationsquarechange SET (vacuum_truncate = off);
