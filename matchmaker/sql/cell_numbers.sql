-- How many active members who do not hide are in each cell: Cell.members and the cell's
-- CellChange rows; and in each square of the map, MemberSquare.number and the same rows.
-- Changes are only added, so that members who move at once neither wait for each other
-- nor deadlock. A bulk load adds one for each cell.

CREATE OR REPLACE FUNCTION change_cell_numbers() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE TG_OP
    WHEN 'INSERT' THEN
        INSERT INTO matchmaker_cellchange (cell, square, members)
        SELECT cell, map_square(public_location), count(*) FROM added
        WHERE is_active AND visibility = 'everyone' AND cell IS NOT NULL
        GROUP BY cell, public_location;
    WHEN 'DELETE' THEN
        INSERT INTO matchmaker_cellchange (cell, square, members)
        SELECT cell, map_square(public_location), -count(*) FROM removed
        WHERE is_active AND visibility = 'everyone' AND cell IS NOT NULL
        GROUP BY cell, public_location;
    WHEN 'UPDATE' THEN
        INSERT INTO matchmaker_cellchange (cell, square, members)
        SELECT cell, map_square(point), members FROM (VALUES
            (OLD.cell, OLD.public_location,
             OLD.is_active AND OLD.visibility = 'everyone', -1),
            (NEW.cell, NEW.public_location,
             NEW.is_active AND NEW.visibility = 'everyone', 1)
        ) place (cell, point, is_counted, members)
        WHERE is_counted AND cell IS NOT NULL;
    WHEN 'TRUNCATE' THEN
        DELETE FROM matchmaker_cellchange;
        DELETE FROM matchmaker_membersquare;
        UPDATE matchmaker_cell SET members = 0;
    END CASE;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER member_came AFTER INSERT ON matchmaker_member
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();

CREATE OR REPLACE TRIGGER member_left AFTER DELETE ON matchmaker_member
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();

CREATE OR REPLACE TRIGGER member_changed_cell AFTER UPDATE ON matchmaker_member
FOR EACH ROW WHEN (
    NEW.cell IS DISTINCT FROM OLD.cell OR NEW.is_active IS DISTINCT FROM OLD.is_active
        OR NEW.visibility IS DISTINCT FROM OLD.visibility
)
EXECUTE FUNCTION change_cell_numbers();

CREATE OR REPLACE TRIGGER members_truncated AFTER TRUNCATE ON matchmaker_member
FOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();

-- The table is mostly empty. A plan made for one without pages would read all of it for
-- every cell.
ALTER TABLE matchmaker_cellchange SET (vacuum_truncate = off);
