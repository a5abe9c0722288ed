-- The square of a place on web maps: Web Mercator, halved 31 times across and down.
-- The bits of both numbers alternate (Morton, 1966: Z-order), so the squares within a
-- tile of any zoom are one range of numbers, and a larger square's number is the first
-- bits of a smaller one's. At the equator a square is 1.9 cm wide.

CREATE OR REPLACE FUNCTION spread_bits(number bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    number := (number | (number << 16)) & x'0000ffff0000ffff'::bigint;
    number := (number | (number << 8)) & x'00ff00ff00ff00ff'::bigint;
    number := (number | (number << 4)) & x'0f0f0f0f0f0f0f0f'::bigint;
    number := (number | (number << 2)) & x'3333333333333333'::bigint;
    RETURN (number | (number << 1)) & x'5555555555555555'::bigint;
END
$$;

CREATE OR REPLACE FUNCTION gather_bits(number bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
    number := number & x'5555555555555555'::bigint;
    number := (number | (number >> 1)) & x'3333333333333333'::bigint;
    number := (number | (number >> 2)) & x'0f0f0f0f0f0f0f0f'::bigint;
    number := (number | (number >> 4)) & x'00ff00ff00ff00ff'::bigint;
    number := (number | (number >> 8)) & x'0000ffff0000ffff'::bigint;
    RETURN (number | (number >> 16)) & x'00000000ffffffff'::bigint;
END
$$;

CREATE OR REPLACE FUNCTION map_square(place geography) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
-- PostGIS may live in any schema, and a restored dump sets no path.
SET search_path FROM CURRENT
AS $$
DECLARE
    lon constant float8 := ST_X(place::geometry);
    lat constant float8 := ST_Y(place::geometry);
    side constant float8 := 2.0 ^ 31;
    across bigint;
    down bigint;
BEGIN
    IF abs(lat) > 85.05112877980659 THEN  -- web maps end there
        RETURN NULL;
    END IF;
    across := floor((lon + 180) / 360 * side);
    down := floor((1 - ln(tand(lat) + 1 / cosd(lat)) / pi()) / 2 * side);
    -- 180 and -180 degrees are one meridian, hence the remainder.
    RETURN spread_bits(across & (side::bigint - 1))
        | (spread_bits(least(greatest(down, 0), side::bigint - 1)) << 1);
END
$$;
