"""Triggers and functions of the database, declared in the `Meta` of their model.

A rule's SQL is the file `sql/<name>.sql` of its app. To change one, edit the file and
run `makemigrations`: Django sees a constraint that has changed, and writes a copy of
the text as it is then into the migration, which goes back to the copy before it.
"""

import re
from importlib import resources
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, Model

# The comment that a file begins with. A change of it changes nothing in the database.
HEADING = re.compile(r"\A(--.*\n|\n)+")
TRIGGER = re.compile(r"^CREATE OR REPLACE TRIGGER (\w+)\s.*?\sON (\w+)", re.M | re.S)


class SqlRule(BaseConstraint):
    """A rule that `sql` makes, by CREATE OR REPLACE, in place of the one before.

    The triggers go with the rule, but its functions stay: columns are computed by some,
    and none does anything without a trigger or a caller.
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
        # Nothing inside CREATE TABLE: a trigger needs the table to be there.
        if schema_editor:
            schema_editor.deferred_sql.append(self.sql)
        return ""

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
        """Leave it to the database, which sees what else is written at that moment."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "sql": self.sql}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SqlRule):
            return NotImplemented
        return (self.name, self.sql) == (other.name, other.sql)
