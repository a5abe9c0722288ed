"""Cursors of keyset pages: page 1,000 costs what page 1 costs, and no row shifts.

A cursor is a row's signed place in the order. It does not expire, and it contains
nothing that the row did not already show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from django.core import signing
from django.db.models import BooleanField, F, Func, OrderBy
from django.db.models.expressions import Expression
from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError
from project.lib.reads.parameters import Queried, Query
from project.lib.reads.statements import Param


class CursorInvalid(DomainError):
    code = "cursor_invalid"
    detail = _("This cursor does not belong to this list.")
    field = "cursor"


@dataclass(frozen=True)
class Key:
    """One part of an order: an expression, and the type PostgreSQL compares it as."""

    expression: Expression | F
    sql_type: str


@dataclass(frozen=True)
class Order:
    """A total order: every key in the same direction, the last one unique.

    `name` is part of the cursors, so that a cursor of another order is refused.
    """

    name: str
    keys: Sequence[Key]
    descending: bool = False

    def after(self, forward: bool) -> "RowCompare":
        """Filter for the rows beyond the cursor, in reading direction."""
        return RowCompare(
            [key.expression for key in self.keys],
            [
                Func(cursor_value(i), template=f"%(expressions)s::{key.sql_type}")
                for i, key in enumerate(self.keys)
            ],
            ">" if forward is not self.descending else "<",
        )

    def sorting(self, forward: bool) -> list[OrderBy]:
        return [
            OrderBy(key.expression, descending=self.descending is forward)
            for key in self.keys
        ]


# Of rows whose ids follow the time at which they were made.
NEWEST_FIRST = Order("newest", [Key(F("id"), "bigint")], descending=True)


class RowCompare(Func):
    """A row comparison, `(a, b) > (x, y)`, which a btree index can start from."""

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
    """A place in an order, and the direction to read from it."""

    values: Sequence[str]
    forward: bool

    @classmethod
    def parse(cls, text: str, order: Order) -> Self:
        """Parse a cursor that `encode` made. Raises CursorInvalid for other text."""
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
    return signing.Signer(salt="project.lib.pages")  # part of cursors that clients keep


@dataclass(frozen=True, kw_only=True)
class KeysetQuery(Query):
    """A request for a page of a keyset list; without a cursor, the first page."""

    cursor: Cursor | None = None


class KeysetQueried(Queried, Protocol):
    @property
    def query(self) -> KeysetQuery: ...


def cursor_value(number: int) -> Param[KeysetQueried]:
    """Return a Param for one of the cursor's values, as text."""

    def value(values: KeysetQueried) -> str:
        assert values.query.cursor is not None  # noqa: S101 - compiled for a cursor
        return values.query.cursor.values[number]

    return Param(value)


def neighbours(
    places: Sequence[Sequence[str]], *, more: bool, cursor: Cursor | None
) -> tuple[Cursor | None, Cursor | None]:
    """Return the cursors of the next and the previous page, where they exist.

    `places`: of the page's rows, in reading direction; the first and the last are
    enough. `more`: whether there are rows beyond the last. `cursor`: where the page was
    read from, None for the first page.
    """
    if not places:
        return None, None
    first, last = places[0], places[-1]
    if cursor is not None and not cursor.forward:
        return Cursor(first, True), Cursor(last, False) if more else None
    after = Cursor(last, True) if more else None
    return after, Cursor(first, False) if cursor else None
