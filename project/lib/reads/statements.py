"""SQL that is compiled once and run many times with different values.

Django builds a statement for every request, which takes longer than PostgreSQL needs
to answer it. A list whose querysets use `Param` in place of values has the same SQL
for the same choice of filters, so it is compiled once per choice and only its values
change. PostgreSQL plans it once for each connection (`lib/database/prepared`). The
measurements are in project/README.md, Decisions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from string import Formatter
from threading import local
from typing import Any, Generic, Self, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet
from django.db.models.expressions import Expression

from project.lib.database.prepared import Preparable

Values = TypeVar("Values")
Row = TypeVar("Row", bound=Model)


class Param(Expression, Generic[Values]):
    """A value that is bound when the statement runs.

    `get` takes it from the object that the statement is run with, as in
    `Param[Viewing](lambda values: values.viewer.id)`, so that mypy knows its name.
    """

    decides_plan = False

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


class FilterParam(Param[Values]):
    """A value that PostgreSQL has to see before it plans.

    All members may have a name or none, so one way to read them is not best for all
    names. A statement with such a value is planned each time.
    """

    decides_plan = True


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

    def rows(
        self, values: Values, *, is_prepared: bool = True
    ) -> list[tuple[Any, ...]]:
        """Run with these values and return all rows.

        `is_prepared`: whether the connection may keep it, to run it again.
        """
        with connection.cursor() as cursor:
            if is_prepared:
                self._execute(cursor, values)
            else:
                cursor.execute(self.sql, self.bind(values))
            return cursor.fetchall()

    def row(self, values: Values) -> tuple[Any, ...] | None:
        """Run with these values and return the first row, or None."""
        with connection.cursor() as cursor:
            self._execute(cursor, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
        return row

    def objects(self, model: type[Row], values: Values) -> list[Row]:
        """Run with these values and return the rows as objects of `model`.

        All columns are the model's. `Model.objects.raw` looks up anew each time how
        each column is converted, which takes as long as reading the row.
        """
        with connection.cursor() as cursor:
            self._execute(cursor, values)
            columns = tuple(column.name for column in cursor.description)
            rows = [[*row] for row in cursor.fetchall()]
        fields = _fields_of_thread.of(model, columns)
        for row in rows:
            for place, convert, expression in fields.conversions:
                row[place] = convert(row[place], expression, connection)
        return [model.from_db(connection.alias, fields.names, row) for row in rows]

    def _execute(self, cursor: Any, values: Values) -> None:
        prepared = getattr(connection, "prepared", None)
        if prepared is not None and self._preparable is not None:
            statement, params = self._preparable
            bound = [param.get(values) for param in params]
            if prepared.execute(cursor, statement, bound):
                return
        cursor.execute(self.sql, self.bind(values))

    @cached_property
    def _preparable(self) -> "tuple[Preparable, list[Param[Values]]] | None":
        """Return it with a parameter for each Param; None if a value decides the plan.

        Other values are the same each time, so they are part of the SQL.
        """
        places: dict[Any, int] = {}
        params: list[Param[Values]] = []
        texts = []
        for param in self.params:
            if not isinstance(param, Param):
                texts.append(_literal(param))
                continue
            if param.decides_plan:
                return None
            if param.get not in places:  # Django copies expressions
                params.append(param)
            texts.append(f"${places.setdefault(param.get, len(params))}")
        sql = self.sql % tuple(texts)
        return Preparable.of(sql, len(params)), params


@dataclass(frozen=True)
class _Fields:
    """The fields of a result's columns, and who converts which value."""

    names: list[str]
    conversions: list[tuple[int, Any, Any]]

    @classmethod
    def of(cls, model: type[Model], columns: tuple[str, ...]) -> Self:
        by_column = {field.column: field for field in model._meta.concrete_fields}
        fields = [by_column[column] for column in columns]
        query = model._default_manager.all().query
        found = query.get_compiler(connection=connection).get_converters(
            [field.get_col(model._meta.db_table) for field in fields]
        )
        conversions = [
            (place, convert, expression)
            for place, (converters, expression) in found.items()
            for convert in converters
        ]
        return cls([field.attname for field in fields], conversions)


class _FieldsOfThread(local):
    """What `_Fields.of` has returned in this thread.

    Not for all threads: the converter of a geometry has a reader of GEOS, which mixes
    up the values of two threads that use it at the same time.
    """

    def __init__(self) -> None:
        self.of = cache(_Fields.of)


_fields_of_thread = _FieldsOfThread()


def _literal(value: Any) -> str:
    with connection.cursor() as cursor:
        return cursor.mogrify("%s", [value]).decode()
