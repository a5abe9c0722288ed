"""Keyset pages: page 1,000 costs what page 1 costs, and nothing shifts between two.

A cursor is the place of a row in the order, signed; it does not expire, and it says
nothing that the row did not already tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core import signing
from django.db import connection
from django.db.models import BooleanField, F, Func, OrderBy, QuerySet
from django.db.models.expressions import Expression
from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError
from project.lib.reads.geojson import Shape
from project.lib.reads.statements import NO_STATEMENT, Param, Statement

COUNT_CAP = 1000


class CursorInvalid(DomainError):
    code = "cursor_invalid"
    detail = _("This cursor is not one of this list.")
    field = "cursor"


@dataclass(frozen=True)
class Key:
    """One part of an order: an expression and the type PostgreSQL compares it as."""

    expression: Expression | F
    sql_type: str


@dataclass(frozen=True)
class Order:
    """A total order: every key in the same direction, the last one unique.

    `name` goes into the cursors, so that one of another order is refused.
    """

    name: str
    keys: Sequence[Key]
    descending: bool = False

    def after(self, forward: bool) -> "RowCompare":
        """Match the rows beyond a cursor, in reading direction.

        The cursor's values are the Params `cursor0`, `cursor1`, … as text.
        """
        return RowCompare(
            [key.expression for key in self.keys],
            [
                Func(Param(f"cursor{i}"), template=f"%(expressions)s::{key.sql_type}")
                for i, key in enumerate(self.keys)
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

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
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

    def params(self) -> dict[str, str]:
        """The values of the Params of `Order.after`."""
        return {f"cursor{i}": value for i, value in enumerate(self.values)}

    def encode(self, order: Order) -> str:
        return _signer().sign_object([order.name, int(self.forward), *self.values])


def _signer() -> signing.Signer:
    return signing.Signer(salt="project.lib.reads.keyset")


@dataclass(frozen=True)
class Page:
    """`items`: the rows as JSON text, separated by commas, in the list's order."""

    count: int
    items: str
    next: Cursor | None
    previous: Cursor | None


@dataclass(frozen=True)
class PageStatement:
    """A page of a list in one statement, compiled; `read` runs it."""

    statement: Statement
    size: int

    @classmethod
    def compile(
        cls,
        rows: Statement,
        counted: Statement,
        common: Statement = NO_STATEMENT,
        *,
        order: Order,
        forward: bool | None,
        size: int,
        row: Shape,
        as_geojson: bool,
    ) -> "PageStatement":
        """Compile a page of `size` rows.

        `rows`: the page and one row more, which tells whether there is another page,
        sorted, with the columns that `row` reads and the order's keys as `key0`, …
        `counted`: the list's rows up to the cap and one more. `common`: queries that
        both read, each with a comma after it. `forward`: the cursor's
        direction, None without a cursor.
        """
        edge = ", ".join(f"p.key{i}::text" for i in range(len(order.keys)))
        direction = "DESC" if forward is False else "ASC"
        sql = f"""
            WITH {common.sql} item AS (
                SELECT row_number() OVER () AS n, count(*) OVER () AS total,
                       {row.sql(as_geojson)}::text AS text, ARRAY[{edge}] AS edge
                FROM ({rows.sql}) p
            )
            SELECT (SELECT count(*) FROM ({counted.sql}) counted), count(*),
                   string_agg(text, ',' ORDER BY n {direction})
                       FILTER (WHERE n <= {size}),
                   min(edge) FILTER (WHERE n = 1),
                   min(edge) FILTER (WHERE n = least(total, {size}))
            FROM item
        """  # noqa: S608
        params = (*common.params, *row.params, *rows.params, *counted.params)
        return cls(Statement(sql, params), size)

    def read(self, values: Mapping[str, Any], cursor: Cursor | None) -> Page:
        """Run with the values of the Params; `cursor` as it was compiled for."""
        places = cursor.params() if cursor else {}
        params = self.statement.bind({**values, **places})
        with connection.cursor() as db:
            db.execute(self.statement.sql, params)
            count, total, items, first, last = db.fetchone()
        after, before = neighbours(
            [first, last] if total else [],
            more=total > self.size,
            cursor=cursor,
        )
        return Page(count=count, items=items or "", next=after, previous=before)


def neighbours(
    places: Sequence[Sequence[str]], *, more: bool, cursor: Cursor | None
) -> tuple[Cursor | None, Cursor | None]:
    """The cursors of the next page and of the previous one, where there are any.

    `places`: those of the page's rows, in the direction in which they were read; the
    first and the last are enough. `more`: whether there are rows beyond the last.
    `cursor`: the one that was read from, None for the first page.
    """
    if not places:
        return None, None
    first, last = places[0], places[-1]
    if cursor is not None and not cursor.forward:
        return Cursor(first, True), Cursor(last, False) if more else None
    after = Cursor(last, True) if more else None
    return after, Cursor(first, False) if cursor else None


def sorted_rows(
    queryset: QuerySet[Any], order: Order, *, forward: bool | None, size: int
) -> Statement:
    """The `rows` of a page: those beyond the cursor, in reading direction."""
    if forward is not None:
        queryset = queryset.filter(order.after(forward))
    keys = {f"key{i}": key.expression for i, key in enumerate(order.keys)}
    sorting = order.sorting(forward is not False)
    return Statement.of(queryset.annotate(**keys).order_by(*sorting)[: size + 1])


def counted_rows(queryset: QuerySet[Any]) -> Statement:
    """The `counted` of a page."""
    return Statement.of(queryset.order_by().values("pk")[: COUNT_CAP + 1])
