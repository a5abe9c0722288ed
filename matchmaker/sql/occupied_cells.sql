-- Every cell that a member is in has its row, whatever code path put the member there.
-- The rows are added in order of their ids, so that two bulk loads cannot deadlock.

CREATE OR REPLACE FUNCTION occupy_cells() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        INSERT INTO matchmaker_cell (id, point)
        VALUES (NEW.cell, NEW.public_location) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO matchmaker_cell (id, point)
        SELECT DISTINCT ON (cell) cell, public_location FROM added
        WHERE cell IS NOT NULL ORDER BY cell
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER member_added AFTER INSERT ON matchmaker_member
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION occupy_cells();

CREATE OR REPLACE TRIGGER member_moved AFTER UPDATE OF location ON matchmaker_member
FOR EACH ROW WHEN (NEW.cell IS NOT NULL AND NEW.cell IS DISTINCT FROM OLD.cell)
EXECUTE FUNCTION occupy_cells();
