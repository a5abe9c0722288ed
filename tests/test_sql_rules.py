"""The database's triggers and functions are those that stand beside the models."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.test.utils import isolate_apps

from events.models import Membership
from matchmaker.models import CellChange
from project.lib.sql_rules import SqlRule

ROOT = Path(__file__).parent.parent

# Without those of extensions, and without those that PostgreSQL makes for foreign keys.
STORED = """
SELECT 'FUNCTION', proname, pg_get_functiondef(pg_proc.oid) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_depend
    WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e'
)
UNION ALL
SELECT 'TRIGGER', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


def stored() -> dict[tuple[str, str], str]:
    """Each function and trigger of the database, as the database writes it."""
    with connection.cursor() as cursor:
        cursor.execute(STORED)
        return {(kind, name): text for kind, name, text in cursor.fetchall()}


def rules() -> list[tuple[type[models.Model], SqlRule]]:
    return [
        (model, rule)
        for model in apps.get_models()
        for rule in model._meta.constraints
        if isinstance(rule, SqlRule)
    ]


def rule(name: str) -> tuple[type[models.Model], SqlRule]:
    [found] = [pair for pair in rules() if pair[1].name == name]
    return found


def triggers(of: dict[tuple[str, str], str]) -> set[str]:
    return {name for kind, name in of if kind == "TRIGGER"}


def test_database_has_the_rules_of_the_files(db):
    before = stored()

    with connection.cursor() as cursor:
        for _model, each in rules():
            cursor.execute(each.sql)

    assert stored() == before
    assert {*before} == {
        found
        for _model, each in rules()
        for found in re.findall(r"CREATE OR REPLACE (FUNCTION|TRIGGER) (\w+)", each.sql)
    }


def test_triggers_find_their_tables_whatever_the_search_path(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND NOT EXISTS (SELECT FROM unnest(proconfig)"
            " setting WHERE setting LIKE 'search_path=%')"
        )
        assert cursor.fetchall() == []


def test_every_file_is_a_rule_of_a_model_of_its_app():
    files = {path.relative_to(ROOT) for path in ROOT.glob("*/sql/*.sql")}

    assert files == {
        Path(model._meta.app_label, "sql", f"{each.name}.sql")
        for model, each in rules()
    }


def test_removed_rule_takes_its_triggers_and_comes_back(db):
    before = stored()
    model, places = rule("event_places")

    with connection.schema_editor() as editor:
        editor.remove_constraint(model, places)
    without = stored()
    with connection.schema_editor() as editor:
        editor.add_constraint(model, places)

    assert triggers(before) - triggers(without) == {
        "places_taken", "places_freed", "place_changed", "capacity_used",
    }  # fmt: skip
    assert stored() == before


def test_changed_rule_is_a_migration_that_replaces_it(db):
    model, named = rule("name_by_consent")
    loader = MigrationLoader(connection)
    state = loader.project_state()
    changed = state.clone()
    options = changed.models["events", "membership"].options
    options["constraints"] = [
        SqlRule(name=each.name, sql=each.sql + "-- changed") if each == named else each
        for each in options["constraints"]
    ]

    changes = MigrationAutodetector(state, changed).changes(loader.graph)

    assert model is Membership
    assert [*changes] == ["events"]
    assert [op.describe() for op in changes["events"][0].operations] == [
        "Remove constraint name_by_consent from model membership",
        "Create constraint name_by_consent on model membership",
    ]


@isolate_apps()
def test_table_is_made_with_its_rules(db):
    kept = SqlRule(
        name="pebble_kept",
        sql="CREATE OR REPLACE TRIGGER pebble_kept BEFORE UPDATE ON matchmaker_pebble"
        " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    )

    class Pebble(models.Model):
        class Meta:
            app_label = "matchmaker"
            constraints = [kept]

        def __str__(self) -> str:
            return "pebble"

    with connection.schema_editor() as editor:
        editor.create_model(Pebble)

    assert "pebble_kept" in triggers(stored())


@pytest.mark.parametrize("name", ["member_anchored", "rooms_opened"])
def test_heading_of_a_file_is_no_part_of_the_rule(name):
    _model, each = rule(name)

    assert each.sql.startswith("CREATE OR REPLACE FUNCTION ")


def test_rule_of_another_table_is_no_part_of_its_models_creation(db):
    """Else going back would drop the table and leave the triggers."""
    rule = next(r for r in CellChange._meta.constraints if isinstance(r, SqlRule))

    with (
        pytest.raises(ImproperlyConfigured, match="AddConstraint"),
        connection.schema_editor(collect_sql=True) as editor,
    ):
        rule.constraint_sql(CellChange, editor)
