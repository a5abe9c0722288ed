"""Triggers and functions of the database, declared in their model's `Meta`.

A rule's SQL is the file `sql/<name>.sql` of its app. To change a rule, edit the file
and run `makemigrations`: Django sees a changed constraint and copies the new text into
the migration, whose reverse restores the previous copy.
"""

import re
from importlib import resources
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, Model

# The comment at the start of a file; changing it changes nothing in the database.
HEADING = re.compile(r"\A(--.*\n|\n)+")
TRIGGER = re.compile(r"^CREATE OR REPLACE TRIGGER (\w+)\s.*?\sON (\w+)", re.M | re.S)


class SqlRule(BaseConstraint):
    """A rule that `sql` creates by CREATE OR REPLACE, replacing the previous one.

    Dropping a rule drops its triggers but not its functions: some of them compute
    columns, and none does anything without a trigger or a caller.
    """

    def __init__(self, *, name: str, sql: str) -> None:
        super().__init__(name=name)
        self.sql = sql

    @classmethod
    def read(cls, app: str, name: str) -> "SqlRule":
        """Return the rule of the file `<app>/sql/<name>.sql`, without its heading."""
        file = resources.files(app) / "sql" / f"{name}.sql"
        return cls(name=name, sql=HEADING.sub("", file.read_text(encoding="utf-8")))

    def constraint_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        # Nothing inside CREATE TABLE, because a trigger needs an existing table.
        if schema_editor:
            if model is not None and self._tables() - {model._meta.db_table}:
                raise ImproperlyConfigured(
                    f"Migrate {self.name} by AddConstraint after CreateModel, so that"
                    " going back drops its triggers on other tables."
                )
            schema_editor.deferred_sql.append(self.sql)
        return ""

    def _tables(self) -> set[str]:
        return {table for _trigger, table in TRIGGER.findall(self.sql)}

    def create_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        return self.sql

    def remove_sql(
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        return "\n".join(
            f"DROP TRIGGER {trigger} ON {table};"
            for trigger, table in TRIGGER.findall(self.sql)
        )

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the database checks, and it also sees concurrent writes."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "sql": self.sql}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SqlRule):
            return NotImplemented
        return (self.name, self.sql) == (other.name, other.sql)
