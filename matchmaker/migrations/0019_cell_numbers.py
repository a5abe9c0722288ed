"""How many active members are in each cell, kept by triggers."""

from django.db import migrations, models

import project.lib.sql_rules

# Nobody may come or leave uncounted before the triggers are there.
COUNT = """
LOCK TABLE matchmaker_member IN SHARE ROW EXCLUSIVE MODE;
UPDATE matchmaker_cell SET members = here.members FROM (
    SELECT cell, count(*) AS members FROM matchmaker_member
    WHERE is_active AND cell IS NOT NULL GROUP BY cell
) here WHERE cell = matchmaker_cell.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0018_reclaimed_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="cell",
            name="members",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="CellChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("cell", models.IntegerField()),
                ("members", models.IntegerField()),
            ],
            options={
                "verbose_name": "change of a cell’s number",
                "verbose_name_plural": "changes of cells’ numbers",
                "indexes": [
                    models.Index(
                        fields=["cell"], include=("members",), name="cell_change"
                    )
                ],
            },
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        # Not as a part of the model: its triggers are on members, and going back has to
        # drop them.
        migrations.AddConstraint(
            model_name="cellchange",
            constraint=project.lib.sql_rules.SqlRule(
                name="cell_numbers",
                sql="CREATE OR REPLACE FUNCTION change_cell_numbers() RETURNS trigger\nLANGUAGE plpgsql\nSET search_path FROM CURRENT\nAS $$\nBEGIN\n    CASE TG_OP\n    WHEN 'INSERT' THEN\n        INSERT INTO matchmaker_cellchange (cell, members)\n        SELECT cell, count(*) FROM added\n        WHERE is_active AND cell IS NOT NULL GROUP BY cell;\n    WHEN 'DELETE' THEN\n        INSERT INTO matchmaker_cellchange (cell, members)\n        SELECT cell, -count(*) FROM removed\n        WHERE is_active AND cell IS NOT NULL GROUP BY cell;\n    WHEN 'UPDATE' THEN\n        INSERT INTO matchmaker_cellchange (cell, members)\n        SELECT cell, members FROM (\n            VALUES (OLD.cell, OLD.is_active, -1), (NEW.cell, NEW.is_active, 1)\n        ) place (cell, is_active, members) WHERE is_active AND cell IS NOT NULL;\n    WHEN 'TRUNCATE' THEN\n        DELETE FROM matchmaker_cellchange;\n        UPDATE matchmaker_cell SET members = 0;\n    END CASE;\n    RETURN NULL;\nEND\n$$;\n\nCREATE OR REPLACE TRIGGER member_came AFTER INSERT ON matchmaker_member\nREFERENCING NEW TABLE AS added\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER member_left AFTER DELETE ON matchmaker_member\nREFERENCING OLD TABLE AS removed\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER member_changed_cell AFTER UPDATE ON matchmaker_member\nFOR EACH ROW WHEN (\n    NEW.cell IS DISTINCT FROM OLD.cell OR NEW.is_active IS DISTINCT FROM OLD.is_active\n)\nEXECUTE FUNCTION change_cell_numbers();\n\nCREATE OR REPLACE TRIGGER members_truncated AFTER TRUNCATE ON matchmaker_member\nFOR EACH STATEMENT EXECUTE FUNCTION change_cell_numbers();\n\n-- The table is mostly empty. A plan made for one without pages would read all of it for\n-- every cell.\nALTER TABLE matchmaker_cellchange SET (vacuum_truncate = off);\n",
            ),
        ),
    ]
