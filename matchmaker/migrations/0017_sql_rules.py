"""The triggers and functions of earlier migrations, declared in the models from here on.

The database has them as they are here: only Django's state is told.
"""

from django.db import migrations

import project.lib.sql_rules


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0016_phone_added_mails"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="anchor",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="member_anchored",
                        sql="CREATE OR REPLACE FUNCTION anchor_member() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    reach_m constant float8 := 500;\n    remembered constant integer := 20;\n    held constant geography := coalesce(OLD.anchor, OLD.location);\n    held_since constant timestamptz := coalesce(OLD.anchored_at, OLD.date_joined);\n    moment constant timestamptz := clock_timestamp();\nBEGIN\n    NEW.anchor := held;\n    NEW.anchored_at := OLD.anchored_at;\n    IF NEW.location IS NULL OR ST_DWithin(NEW.location, held, reach_m) THEN\n        RETURN NEW;\n    END IF;\n\n    NEW.anchored_at := moment;\n    SELECT point INTO NEW.anchor FROM matchmaker_anchor\n    WHERE member_id = OLD.id AND ST_DWithin(point, NEW.location, reach_m)\n    ORDER BY ST_Distance(point, NEW.location), id LIMIT 1;\n    IF NOT FOUND THEN\n        NEW.anchor := NEW.location;\n    END IF;\n\n    IF held IS NOT NULL THEN\n        INSERT INTO matchmaker_anchor AS known (member_id, point, left_at, has_stayed)\n        VALUES (OLD.id, held, moment, moment - held_since >= interval '1 hour')\n        ON CONFLICT (member_id, point) DO UPDATE SET\n            left_at = excluded.left_at,\n            has_stayed = known.has_stayed OR excluded.has_stayed;\n        DELETE FROM matchmaker_anchor WHERE id IN (\n            SELECT id FROM matchmaker_anchor WHERE member_id = OLD.id\n            ORDER BY has_stayed DESC, left_at DESC OFFSET remembered\n        );\n    END IF;\n    RETURN NEW;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER member_anchored BEFORE UPDATE OF location, anchor ON matchmaker_member\nFOR EACH ROW EXECUTE FUNCTION anchor_member();\n",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cell",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="privacy_grid",
                        sql="CREATE OR REPLACE FUNCTION cells_in_band(band integer) RETURNS integer\nLANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE\nRETURN greatest(1, floor(\n    36000 * cosd(greatest(abs(band - 9000), abs(band - 8999)) / 100.0::float8)\n)::integer);\n\nCREATE OR REPLACE FUNCTION public_cell(exact geography) RETURNS integer\nLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE\n-- PostGIS may live in any schema, and a restored dump sets no path.\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    lon constant float8 := ST_X(exact::geometry);\n    lat constant float8 := ST_Y(exact::geometry);\n    band constant integer := least(floor((lat + 90) * 100)::integer, 17999);\n    cells constant integer := cells_in_band(band);\nBEGIN\n    -- 180 and -180 degrees are one meridian, hence the remainder.\n    RETURN band * 36000 + floor((lon + 180) / 360 * cells)::integer % cells;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION cell_centre(cell integer) RETURNS geography\nLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    band constant integer := cell / 36000;\n    cells constant integer := cells_in_band(band);\nBEGIN\n    IF cells = 1 THEN  -- the round cell at a pole\n        RETURN ST_MakePoint(0, sign(band - 9000) * 90)::geography;\n    END IF;\n    RETURN ST_MakePoint(\n        -- The digits that are published (RFC 7946, 11.2): so a box cut at a published\n        -- point holds it.\n        round((180.0 * (2 * (cell % 36000) + 1) / cells - 180)::numeric, 7)::float8,\n        ((2 * band + 1) / 200.0 - 90)::float8\n    )::geography;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION public_point(exact geography) RETURNS geography\nLANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE\nRETURN cell_centre(public_cell(exact));\n",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cell",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="occupied_cells",
                        sql="CREATE OR REPLACE FUNCTION occupy_cells() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    IF TG_LEVEL = 'ROW' THEN\n        INSERT INTO matchmaker_cell (id, point)\n        VALUES (NEW.cell, NEW.public_location) ON CONFLICT DO NOTHING;\n    ELSE\n        INSERT INTO matchmaker_cell (id, point)\n        SELECT DISTINCT ON (cell) cell, public_location FROM added\n        WHERE cell IS NOT NULL ORDER BY cell\n        ON CONFLICT DO NOTHING;\n    END IF;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER member_added AFTER INSERT ON matchmaker_member\nREFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION occupy_cells();\n\nCREATE OR REPLACE TRIGGER member_moved AFTER UPDATE OF location ON matchmaker_member\nFOR EACH ROW WHEN (NEW.cell IS NOT NULL AND NEW.cell IS DISTINCT FROM OLD.cell)\nEXECUTE FUNCTION occupy_cells();\n",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="member",
                    constraint=project.lib.sql_rules.SqlRule(
                        name="folded_texts",
                        sql="DO $do$\nDECLARE\n    schema text := (\n        SELECT quote_ident(nspname) FROM pg_extension\n        JOIN pg_namespace ON pg_namespace.oid = extnamespace\n        WHERE extname = 'unaccent'\n    );\nBEGIN\n    EXECUTE replace($function$\n        CREATE OR REPLACE FUNCTION fold_text(given text) RETURNS text\n        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE\n        AS $$\n        BEGIN\n            IF octet_length(given) = length(given) THEN  -- ASCII, of which most is\n                RETURN upper(given);\n            END IF;\n            -- Composed first: й is a letter, not и with an accent.\n            IF given IS NOT NFC NORMALIZED THEN\n                given := normalize(given, NFC);\n            END IF;\n            -- Without soft hyphens, joiners and marks, which nobody types.\n            RETURN upper(extension.unaccent('extension.unaccent', translate(\n                given, U&'\\00AD\\200B\\200C\\200D\\200E\\200F\\2060\\FEFF', ''\n            )));\n        END\n        $$\n    $function$, 'extension', schema);\nEND\n$do$\n",
                    ),
                ),
            ]
        )
    ]
