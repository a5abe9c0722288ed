-- The grid of the privacy rule: exact point -> cell -> public point (places.py has the
-- geometry). Member.public_location and Member.cell are computed by it and stored: a
-- migration that changes what comes out computes both columns and their indexes anew.

CREATE OR REPLACE FUNCTION cells_in_band(band integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN greatest(1, floor(
    36000 * cosd(greatest(abs(band - 9000), abs(band - 8999)) / 100.0::float8)
)::integer);

CREATE OR REPLACE FUNCTION public_cell(exact geography) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
-- PostGIS may live in any schema, and a restored dump sets no path.
SET search_path FROM CURRENT
AS $$
DECLARE
    lon constant float8 := ST_X(exact::geometry);
    lat constant float8 := ST_Y(exact::geometry);
    band constant integer := least(floor((lat + 90) * 100)::integer, 17999);
    cells constant integer := cells_in_band(band);
BEGIN
    -- 180 and -180 degrees are one meridian, hence the remainder.
    RETURN band * 36000 + floor((lon + 180) / 360 * cells)::integer % cells;
END
$$;

CREATE OR REPLACE FUNCTION cell_centre(cell integer) RETURNS geography
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    band constant integer := cell / 36000;
    cells constant integer := cells_in_band(band);
BEGIN
    IF cells = 1 THEN  -- the round cell at a pole
        RETURN ST_MakePoint(0, sign(band - 9000) * 90)::geography;
    END IF;
    RETURN ST_MakePoint(
        -- The digits that are published (RFC 7946, 11.2): so a box cut at a published
        -- point holds it.
        round((180.0 * (2 * (cell % 36000) + 1) / cells - 180)::numeric, 7)::float8,
        ((2 * band + 1) / 200.0 - 90)::float8
    )::geography;
END
$$;

CREATE OR REPLACE FUNCTION public_point(exact geography) RETURNS geography
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN cell_centre(public_cell(exact));
