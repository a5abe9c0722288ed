"""SQL that is compiled once and run many times with different values.

Django builds a statement for every request, which takes longer than PostgreSQL needs
to answer it. A list whose querysets use `Param` in place of values has the same SQL
for the same choice of filters, so it is compiled once per choice and only its values
change. The measurements are in project/README.md, Decisions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, QuerySet
from django.db.models.expressions import Expression

Values = TypeVar("Values")


class Param(Expression, Generic[Values]):
    """A value that is bound when the statement runs.

    `get` takes it from the object that the statement is run with, as in
    `Param[Viewing](lambda values: values.viewer.id)`, so that mypy knows its name.
    """

    def __init__(
        self,
        get: Callable[[Values], Any],
        output_field: "Field[Any, Any] | None" = None,
    ) -> None:
        super().__init__(output_field)
        self.get = get

    # The stubs know parameters of text and int only.
    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any
    ) -> tuple[str, list["Param[Values]"]]:
        return "%s", [self]


@dataclass(frozen=True)
class Statement(Generic[Values]):
    """SQL whose parameters are values or `Param`s, in the order of its `%s`."""

    sql: str
    params: tuple[Any, ...] = ()

    @classmethod
    def of(cls, queryset: "QuerySet[Any]") -> "Statement[Any]":
        """Compile a queryset."""
        sql, params = queryset.query.sql_with_params()
        return cls(sql, tuple(params))

    @classmethod
    def written(cls, template: str, **parts: Any) -> "Statement[Any]":
        """Fill each `{name}` of the template: a Statement's SQL, or a parameter.

        A percent sign of the SQL is written `%%`.
        """
        sql, params = [], list[Any]()
        for text, name, _format, _conversion in Formatter().parse(template):
            sql.append(text)
            if name is None:
                continue
            part = parts[name]
            is_sql = isinstance(part, Statement)
            sql.append(part.sql if is_sql else "%s")
            params += part.params if is_sql else [part]
        return cls("".join(sql), tuple(params))

    @classmethod
    def joined(cls, separator: str, parts: "list[Statement[Any]]") -> "Statement[Any]":
        """Put SQL between statements, as ` AND ` between conditions."""
        params = tuple(param for part in parts for param in part.params)
        return cls(separator.join(part.sql for part in parts), params)

    def bind(self, values: Values) -> list[Any]:
        """Return the parameters to execute with."""
        return [p.get(values) if isinstance(p, Param) else p for p in self.params]

    def rows(self, values: Values) -> list[tuple[Any, ...]]:
        """Run with these values and return all rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.bind(values))
            return cursor.fetchall()

    def row(self, values: Values) -> tuple[Any, ...] | None:
        """Run with these values and return the first row, or None."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.bind(values))
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row
