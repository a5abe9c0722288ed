"""Keyset pages: page 1,000 costs what page 1 costs, and nothing shifts between two.

A cursor is the place of a row in the order, signed; it does not expire, and it says
nothing that the row did not already tell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core import signing
from django.db import connections
from django.db.models import BooleanField, Func, OrderBy, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError
from project.lib.geojson import Shape

COUNT_CAP = 1000


class CursorInvalid(DomainError):
    code = "cursor_invalid"
    detail = _("This cursor is not one of this list.")
    field = "cursor"


@dataclass(frozen=True)
class Key:
    """One part of an order: an expression and the type PostgreSQL compares it as."""

    expression: Combinable
    sql_type: str


@dataclass(frozen=True)
class Order:
    """A total order: every key in the same direction, the last one unique.

    `name` goes into the cursors, so that one of another order is refused.
    """

    name: str
    keys: Sequence[Key]
    descending: bool = False

    def after(self, values: Sequence[str], forward: bool) -> "RowCompare":
        """Match the rows beyond the place `values`, in reading direction."""
        return RowCompare(
            [key.expression for key in self.keys],
            [
                Func(Value(value), template=f"%(expressions)s::{key.sql_type}")
                for key, value in zip(self.keys, values, strict=True)
            ],
            ">" if forward is not self.descending else "<",
        )

    def sorting(self, forward: bool) -> list[OrderBy]:
        return [
            OrderBy(key.expression, descending=self.descending is forward)
            for key in self.keys
        ]


class RowCompare(Func):
    """`(a, b) > (x, y)`: one comparison, which a btree index starts from."""

    output_field = BooleanField()

    def __init__(
        self, left: Sequence[Any], right: Sequence[Any], operator: str
    ) -> None:
        super().__init__(*left, *right)
        self.width, self.operator = len(left), operator

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        parts = [compiler.compile(e) for e in self.get_source_expressions()]
        sides = [
            ", ".join(sql for sql, _params in side)
            for side in (parts[: self.width], parts[self.width :])
        ]
        return (
            f"({sides[0]}) {self.operator} ({sides[1]})",
            [param for _sql, params in parts for param in params],
        )


@dataclass(frozen=True)
class Cursor:
    """A place in an order, and in which direction to read from it."""

    values: Sequence[str]
    forward: bool

    @classmethod
    def parse(cls, text: str, order: Order) -> Self:
        """Read a cursor that `encode` made. Raises CursorInvalid on any other."""
        try:
            name, forward, *values = _signer().unsign_object(text)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise CursorInvalid from error
        if name != order.name or len(values) != len(order.keys):
            raise CursorInvalid
        return cls(values, bool(forward))

    def encode(self, order: Order) -> str:
        return _signer().sign_object([order.name, int(self.forward), *self.values])


def _signer() -> signing.Signer:
    return signing.Signer(salt="project.lib.pages")


@dataclass(frozen=True)
class Page:
    """`items`: the rows as JSON text, separated by commas, in the list's order."""

    count: int
    items: str
    next: Cursor | None
    previous: Cursor | None

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_CAP


def read_page(
    counted: QuerySet[Any],
    rows: QuerySet[Any],
    *,
    order: Order,
    cursor: Cursor | None,
    size: int,
    shape: Shape,
    as_geojson: bool,
) -> Page:
    """Read one page and the capped count in one statement.

    `counted`: every row of the list. `rows`: the same with the columns that `shape`
    reads, which may already be narrowed to what this page can hold.
    """
    forward = cursor is None or cursor.forward
    if cursor:
        rows = rows.filter(order.after(cursor.values, forward))
    key_columns = {f"key{i}": key.expression for i, key in enumerate(order.keys)}
    # One row more than the page tells whether there is another page.
    rows = rows.annotate(**key_columns).order_by(*order.sorting(forward))[: size + 1]
    sql, params = _statement(counted, rows, shape.sql(as_geojson), key_columns, forward)
    with connections[rows.db].cursor() as db:
        db.execute(sql, [*shape.params, *params, size, size])
        count, total, items, first, last = db.fetchone()
    if not forward:
        first, last = last, first
    more = total > size
    return Page(
        count=count,
        items=items or "",
        next=Cursor(last, True) if total and (more or not forward) else None,
        previous=Cursor(first, False)
        if total and ((cursor and forward) or (more and not forward))
        else None,
    )


def _statement(
    counted: QuerySet[Any],
    rows: QuerySet[Any],
    item_sql: str,
    key_columns: Iterable[str],
    forward: bool,
) -> tuple[str, list[Any]]:
    """SQL whose parameters are the shape's, the returned ones, and the size twice."""
    rows_sql, rows_params = rows.query.sql_with_params()
    count_sql, count_params = (
        counted.order_by().values("pk")[: COUNT_CAP + 1].query.sql_with_params()
    )
    keys = ", ".join(f"p.{column}::text" for column in key_columns)
    sql = f"""
        WITH item AS (
            SELECT row_number() OVER () AS n, count(*) OVER () AS total,
                   {item_sql}::text AS text, ARRAY[{keys}] AS keys
            FROM ({rows_sql}) p
        )
        SELECT (SELECT count(*) FROM ({count_sql}) counted), count(*),
               string_agg(text, ',' ORDER BY n {"ASC" if forward else "DESC"})
                   FILTER (WHERE n <= %s),
               min(keys) FILTER (WHERE n = 1),
               min(keys) FILTER (WHERE n = least(total, %s))
        FROM item
    """  # noqa: S608
    return sql, [*rows_params, *count_params]
