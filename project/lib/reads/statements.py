"""Querysets compiled once and run many times.

Django builds a statement anew for every request, which takes longer than PostgreSQL
needs to answer it. A list whose querysets are written with `Param` in the place of
values has the same SQL for the same choice of filters, so it is compiled once per
choice and only its values change. README, Decisions, has the measurements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Field, QuerySet
from django.db.models.expressions import Expression


class Param(Expression):
    """A value that is given when the statement runs, by its name."""

    def __init__(
        self, name: str, output_field: "Field[Any, Any] | None" = None
    ) -> None:
        super().__init__(output_field)
        self.name = name

    def __repr__(self) -> str:
        return f"Param({self.name})"

    # The stubs know parameters of text and int only.
    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any
    ) -> tuple[str, list["Param"]]:
        return "%s", [self]


@dataclass(frozen=True)
class Statement:
    """SQL whose parameters are values or `Param`s, in the order of its `%s`."""

    sql: str
    params: Sequence[Any]

    @classmethod
    def of(cls, queryset: "QuerySet[Any]") -> "Statement":
        sql, params = queryset.query.sql_with_params()
        return cls(sql, tuple(params))

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters to execute with; raises KeyError for a missing value."""
        return [values[p.name] if isinstance(p, Param) else p for p in self.params]

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Run with the values of the Params, and read all that comes of it."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.bind(values))
            return cursor.fetchall()


NO_STATEMENT = Statement("", ())
