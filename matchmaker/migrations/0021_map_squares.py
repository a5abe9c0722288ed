"""How many members are in each square of the map, from the numbers of cells."""

from django.db import migrations, models

import project.lib.sql_rules
import project.lib.tiles.squares

# Nobody may come or leave between the two. Changes that are not added up yet are added
# to the squares when they are.
COUNT = """
LOCK TABLE matchmaker_member IN SHARE ROW EXCLUSIVE MODE;
UPDATE matchmaker_cellchange SET square = cell.square
FROM matchmaker_cell cell WHERE cell.id = cell;
INSERT INTO matchmaker_membersquare (id, number, x, y)
SELECT (level::bigint << 32) + (square >> 2 * (31 - level)), sum(members),
       sum(members * gather_bits(square)), sum(members * gather_bits(square >> 1))
FROM matchmaker_cell, generate_series(4, 14, 2) level
WHERE square IS NOT NULL AND members <> 0 GROUP BY 1
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0020_visibility"),
    ]

    operations = [
        # Going back: PostGIS could not be dropped otherwise.
        migrations.RunSQL(migrations.RunSQL.noop, "DROP FUNCTION map_square"),
        migrations.AddConstraint(
            model_name="cell",
            constraint=project.lib.sql_rules.SqlRule(
                name="map_squares",
                sql="CREATE OR REPLACE FUNCTION spread_bits(number bigint) RETURNS bigint\nLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE\nAS $$\nBEGIN\n    number := (number | (number << 16)) & x'0000ffff0000ffff'::bigint;\n    number := (number | (number << 8)) & x'00ff00ff00ff00ff'::bigint;\n    number := (number | (number << 4)) & x'0f0f0f0f0f0f0f0f'::bigint;\n    number := (number | (number << 2)) & x'3333333333333333'::bigint;\n    RETURN (number | (number << 1)) & x'5555555555555555'::bigint;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION gather_bits(number bigint) RETURNS bigint\nLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE\nAS $$\nBEGIN\n    number := number & x'5555555555555555'::bigint;\n    number := (number | (number >> 1)) & x'3333333333333333'::bigint;\n    number := (number | (number >> 2)) & x'0f0f0f0f0f0f0f0f'::bigint;\n    number := (number | (number >> 4)) & x'00ff00ff00ff00ff'::bigint;\n    number := (number | (number >> 8)) & x'0000ffff0000ffff'::bigint;\n    RETURN (number | (number >> 16)) & x'00000000ffffffff'::bigint;\nEND\n$$;\n\nCREATE OR REPLACE FUNCTION map_square(place geography) RETURNS bigint\nLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE\n-- PostGIS may live in any schema, and a restored dump sets no path.\nSET search_path FROM CURRENT\nAS $$\nDECLARE\n    lon constant float8 := ST_X(place::geometry);\n    lat constant float8 := ST_Y(place::geometry);\n    side constant float8 := 2.0 ^ 31;\n    across bigint;\n    down bigint;\nBEGIN\n    IF abs(lat) > 85.05112877980659 THEN  -- web maps end there\n        RETURN NULL;\n    END IF;\n    across := floor((lon + 180) / 360 * side);\n    down := floor((1 - ln(tand(lat) + 1 / cosd(lat)) / pi()) / 2 * side);\n    -- 180 and -180 degrees are one meridian, hence the remainder.\n    RETURN spread_bits(across & (side::bigint - 1))\n        | (spread_bits(least(greatest(down, 0), side::bigint - 1)) << 1);\nEND\n$$;\n",
            ),
        ),
        migrations.CreateModel(
            name="MemberSquare",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("x", models.BigIntegerField()),
                ("y", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "square of the map with members",
                "verbose_name_plural": "squares of the map with members",
            },
        ),
        migrations.RemoveConstraint(
            model_name="cellchange",
            name="cell_numbers",
        ),
        migrations.AddField(
            model_name="cell",
            name="square",
            field=models.GeneratedField(
                db_persist=True,
                expression=project.lib.tiles.squares.MapSquare("point"),
                output_field=models.BigIntegerField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="cellchange",
            name="square",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="cell",
            index=models.Index(fields=["square"], name="cell_square"),
        ),
        migrations.AddIndex(
            model_name="cellchange",
            index=models.Index(
                fields=["square"], include=("members",), name="cell_change_square"
            ),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="cellchange",
            constraint=project.lib.sql_rules.SqlRule(
                name="cell_numbers",
                sql="CREATE OR REPLACE FUNCTION change_cell_numbers() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    CASE TG_OP\n    WHEN 'INSERT' THEN\n        INSERT INTO matchmaker_cellchange (cell, square, members)\n        SELECT cell, map_square(public_location), count(*) FROM added\n        WHERE is_active AND visibility = 'everyone' AND cell IS NOT NULL\n        GROUP BY cell, public_location;\n    WHEN 'DELETE' THEN\n        INSERT INTO matchmaker_cellchange (cell, square, members)\n        SELECT cell, map_square(public_location), -count(*) FROM removed\n        WHERE is_active AND visibility = 'everyone' AND cell IS NOT NULL\n        GROUP BY cell, public_location;\n    WHEN 'UPDATE' THEN\n        INSERT INTO matchmaker_cellchange (cell, square, members)\n        SELECT cell, map_square(point), members FROM (VALUES\n            (OLD.cell, OLD.public_location,\n             OLD.is_active AND OLD.visibility = 'everyone', -1),\n            (NEW.cell, NEW.public_location,\n             NEW.is_active AND NEW.visibility = 'everyone', 1)\n        ) place (cell, point, is_counted, members)\n        WHERE is_counted AND cell IS NOT NULL;\n    WHEN 'TRUNCATE' THEN\n        DELETE FROM matchmaker_cellchange;\n        DELETE FROM matchmaker_membersquare;\n        UPDATE matchmaker_cell SET members = 0;\n    END CASE;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER member_came AFTER INSERT ON matchmaker_member\nREFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER member_left AFTER DELETE ON matchmaker_member\nREFERENCING OLD TABLE AS removed\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER member_changed_cell AFTER UPDATE ON matchmaker_member\nFOR EACH ROW WHEN (\n    NEW.cell IS DISTINCT FROM OLD.cell OR NEW.is_active IS DISTINCT FROM OLD.is_active\n        OR NEW.visibility IS DISTINCT FROM OLD.visibility\n)\nEXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER members_truncated AFTER TRUNCATE ON matchmaker_member\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\n-- The table is mostly empty. A plan made for one without pages would read all of it for\n-- every cell.\nALTER TABLE matchmaker_cellchange SET (vacuum_truncate = off);\n",
            ),
        ),
    ]
