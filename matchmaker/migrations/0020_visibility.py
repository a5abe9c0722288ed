"""Members may hide: then they are in no list, and in no cell's number."""

from django.db import migrations, models

import project.lib.sql_rules

# Going back, hidden members count again. The triggers of cells' numbers are dropped by
# then, and nobody else can write members before the end.
COUNT_HIDDEN = """
INSERT INTO matchmaker_cellchange (cell, members)
SELECT cell, count(*) FROM matchmaker_member
WHERE is_active AND visibility = 'hidden' AND cell IS NOT NULL GROUP BY cell
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0019_cell_numbers"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="cellchange",
            name="cell_numbers",
        ),
        migrations.RemoveIndex(
            model_name="member",
            name="member_cell",
        ),
        migrations.AddField(
            model_name="member",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("everyone", "seen by everyone"),
                    ("hidden", "hidden from others"),
                ],
                db_default="everyone",
                default="everyone",
                help_text="Hidden members are in no list and no count.",
                max_length=8,
                verbose_name="visibility",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, COUNT_HIDDEN),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["cell", "id"],
                include=("gender", "looking_for", "visibility"),
                name="member_cell",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("is_active", True), ("visibility", "everyone")),
                name="member_listed",
            ),
        ),
        migrations.AddConstraint(
            model_name="cellchange",
            constraint=project.lib.sql_rules.SqlRule(
                name="cell_numbers",
                sql="CREATE OR REPLACE FUNCTION change_cell_numbers() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    CASE TG_OP\n    WHEN 'INSERT' THEN\n        INSERT INTO matchmaker_cellchange (cell, members)\n        SELECT cell, count(*) FROM added\n        WHERE is_active AND visibility = 'everyone' AND cell IS NOT NULL GROUP BY cell;\n    WHEN 'DELETE' THEN\n        INSERT INTO matchmaker_cellchange (cell, members)\n        SELECT cell, -count(*) FROM removed\n        WHERE is_active AND visibility = 'everyone' AND cell IS NOT NULL GROUP BY cell;\n    WHEN 'UPDATE' THEN\n        INSERT INTO matchmaker_cellchange (cell, members)\n        SELECT cell, members FROM (\n            VALUES (OLD.cell, OLD.is_active AND OLD.visibility = 'everyone', -1),\n                   (NEW.cell, NEW.is_active AND NEW.visibility = 'everyone', 1)\n        ) place (cell, is_counted, members) WHERE is_counted AND cell IS NOT NULL;\n    WHEN 'TRUNCATE' THEN\n        DELETE FROM matchmaker_cellchange;\n        UPDATE matchmaker_cell SET members = 0;\n    END CASE;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER member_came AFTER INSERT ON matchmaker_member\nREFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER member_left AFTER DELETE ON matchmaker_member\nREFERENCING OLD TABLE AS removed\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER member_changed_cell AFTER UPDATE ON matchmaker_member\nFOR EACH ROW WHEN (\n    NEW.cell IS DISTINCT FROM OLD.cell OR NEW.is_active IS DISTINCT FROM OLD.is_active\n        OR NEW.visibility IS DISTINCT FROM OLD.visibility\n)\nEXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER members_truncated AFTER TRUNCATE ON matchmaker_member\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\n-- The table is mostly empty. A plan made for one without pages would read all of it for\n-- every cell.\nALTER TABLE matchmaker_cellchange SET (vacuum_truncate = off);\n",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["everyone", "hidden"])),
                name="member_visibility_known",
            ),
        ),
    ]
