"""Lists, each declared once: what is read, which filters, what order, which answer.

A list of many rows is one statement, compiled once for each choice of filters: its
rows never become Python objects, PostgreSQL writes them as JSON. The way of a request
goes downwards: `respond` reads the parameters, makes the values that the statement is
run with, finds the statement, and puts the envelope around what comes of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from project.lib.reads.geojson import Shape
from project.lib.reads.keyset import (
    Cursor,
    KeysetQueried,
    KeysetQuery,
    Order,
    neighbours,
)
from project.lib.reads.pages import Page, page_response, wants_geojson
from project.lib.reads.parameters import (
    LIMIT,
    OFFSET,
    PAGE_SIZE,
    Choice,
    CompiledFilterSet,
    Queried,
    Query,
)
from project.lib.reads.statements import Param, Statement

COUNT_CAP = 1000

# One row more than a page tells whether there is another page.
LIMIT_AND_ONE = Param[Queried](lambda values: values.query.limit + 1)

Values = TypeVar("Values", bound=Queried)
KeysetValues = TypeVar("KeysetValues", bound=KeysetQueried)


@dataclass(frozen=True)
class Parts:
    """What the statement of a page is made of.

    `rows`: sorted, with the columns that the answer reads; of a keyset list the page
    and one row more, with the order's keys as `key0`, …. `counted`: any rows, as many
    as are counted. `common`: CTEs that both read.
    """

    rows: Statement[Any]
    counted: Statement[Any]
    common: Statement[Any] | None = None


class List(ABC):
    filterset: ClassVar[type[CompiledFilterSet]]

    def respond(self, request: Request) -> Response:
        """Answer a GET. Raises ValidationError, and CursorInvalid."""
        given = self.filterset.read(request.query_params, self.unmet(request))
        return page_response(request, self.page(request, given))

    @abstractmethod
    def page(self, request: Any, given: dict[str, Any]) -> Page:
        """Read the page that the cleaned parameters ask for."""

    def unmet(self, request: Any) -> dict[str, Any]:
        """Messages by parameter: what the list needs that the request has not."""
        return {}


class WrittenList(List, Generic[Values]):
    """A list whose rows PostgreSQL writes."""

    @abstractmethod
    def answer(self, choice: Choice, variant: Any) -> Shape:
        """What a client sees of a row."""

    def variant(self, values: Values) -> Hashable:
        """What besides the filters changes the SQL."""
        return None


class OffsetList(WrittenList[Values]):
    """A list with `limit` and `offset`, counted in full."""

    def page(self, request: Request, given: dict[str, Any]) -> Page:
        query = Query(
            given=given,
            limit=int(given.get("limit", PAGE_SIZE)),
            offset=int(given.get("offset", 0)),
        )
        values = self.values(request, query)
        statement = offset_statement(
            self,
            self.filterset.choose(given),
            self.variant(values),
            wants_geojson(request),
        )
        ((count, items),) = statement.rows(values)
        return Page(count, items or "", *_offset_links(request, query, count))

    @abstractmethod
    def values(self, request: Any, query: Query) -> Values:
        """What the statement is run with."""

    @abstractmethod
    def parts(self, choice: Choice, variant: Any) -> Parts:
        """Build the list's rows, all of them, and what is counted."""


class KeysetList(WrittenList[KeysetValues]):
    """A list that is paged by cursors: page 1,000 costs what page 1 costs.

    It is counted up to COUNT_CAP.
    """

    def page(self, request: Request, given: dict[str, Any]) -> Page:
        choice = self.filterset.choose(given)
        order = self.order(choice)
        query = keyset_query(given, order)
        values = self.values(request, query)
        statement = keyset_statement(
            self,
            choice,
            self.variant(values),
            query.cursor.forward if query.cursor else None,
            wants_geojson(request),
        )
        ((count, total, items, first, last),) = statement.rows(values)
        places = [first, last] if total else []
        return keyset_page(
            count, items or "", places, total > query.limit, query, order
        )

    @abstractmethod
    def values(self, request: Any, query: KeysetQuery) -> KeysetValues:
        """What the statement is run with."""

    @abstractmethod
    def order(self, choice: Choice) -> Order: ...

    @abstractmethod
    def parts(self, choice: Choice, variant: Any, forward: bool | None) -> Parts:
        """Build a page; `forward`: the cursor's direction, None without a cursor."""


def keyset_query(given: dict[str, Any], order: Order) -> KeysetQuery:
    """What the cleaned parameters ask for. Raises CursorInvalid."""
    text = given.get("cursor")
    return KeysetQuery(
        given=given,
        limit=int(given.get("page_size", PAGE_SIZE)),
        cursor=None if text is None else Cursor.parse(text, order),
    )


def keyset_page(
    count: int,
    items: Any,
    places: Sequence[Sequence[str]],
    has_more: bool,
    query: KeysetQuery,
    order: Order,
) -> Page:
    """A page with its neighbours; `places`: of its rows, as `neighbours` takes them."""
    after, before = neighbours(places, more=has_more, cursor=query.cursor)
    return Page(
        count=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
        items=items,
        next={"cursor": after.encode(order)} if after else None,
        previous={"cursor": before.encode(order)} if before else None,
    )


def path_id(request: Request) -> int:
    """The id in the path of a list that belongs to something."""
    return int(request.parser_context["kwargs"]["pk"])


def sorted_rows(
    queryset: QuerySet[Any], order: Order, forward: bool | None
) -> Statement[Any]:
    """The rows beyond the cursor, in reading direction, and one more than a page."""
    if forward is not None:
        queryset = queryset.filter(order.after(forward))
    keys = {f"key{i}": key.expression for i, key in enumerate(order.keys)}
    sorting = order.sorting(forward is not False)
    rows = Statement.of(queryset.annotate(**keys).order_by(*sorting))
    return Statement.written("{rows} LIMIT {limit}", rows=rows, limit=LIMIT_AND_ONE)


def capped_rows(queryset: QuerySet[Any]) -> Statement[Any]:
    """What a keyset list counts of a queryset."""
    return Statement.of(queryset.order_by().values("pk")[: COUNT_CAP + 1])


@lru_cache(maxsize=4096)
def offset_statement(
    of: OffsetList[Any], choice: Choice, variant: Hashable, as_geojson: bool
) -> Statement[Any]:
    parts = of.parts(choice, variant)
    return Statement.written(
        """
        WITH {common} item AS (
            SELECT row_number() OVER () AS n, {row}::text AS text
            FROM ({rows} LIMIT {limit} OFFSET {offset}) p
        )
        SELECT (SELECT count(*) FROM ({counted}) counted),
               string_agg(text, ',' ORDER BY n)
        FROM item
        """,
        common=_before_others(parts.common),
        row=of.answer(choice, variant).written(as_geojson),
        rows=parts.rows,
        counted=parts.counted,
        limit=LIMIT,
        offset=OFFSET,
    )


@lru_cache(maxsize=4096)
def keyset_statement(
    of: KeysetList[Any],
    choice: Choice,
    variant: Hashable,
    forward: bool | None,
    as_geojson: bool,
) -> Statement[Any]:
    parts = of.parts(choice, variant, forward)
    keys = range(len(of.order(choice).keys))
    return Statement.written(
        """
        WITH {common} item AS (
            SELECT row_number() OVER () AS n, count(*) OVER () AS total,
                   {row}::text AS text, ARRAY[{place}] AS place
            FROM ({rows}) p
        )
        SELECT (SELECT count(*) FROM ({counted}) counted), count(*),
               string_agg(text, ',' ORDER BY n {direction})
                   FILTER (WHERE n <= {limit}),
               min(place) FILTER (WHERE n = 1),
               min(place) FILTER (WHERE n = least(total, {limit}))
        FROM item
        """,
        common=_before_others(parts.common),
        row=of.answer(choice, variant).written(as_geojson),
        place=Statement(", ".join(f"p.key{i}::text" for i in keys)),
        rows=parts.rows,
        counted=parts.counted,
        direction=Statement("DESC" if forward is False else "ASC"),
        limit=LIMIT,
    )


def _before_others(common: Statement[Any] | None) -> Statement[Any]:
    if common is None:
        return Statement("")
    return Statement.written("{common},", common=common)


def _offset_links(request: Request, query: Query, count: int) -> tuple[Any, Any]:
    # Under the name that the client has: both would be refused.
    size = "page_size" if request.query_params.get("page_size") else "limit"

    def at(offset: int) -> dict[str, int | None]:
        return {size: query.limit, "offset": offset or None}

    before, after = query.offset - query.limit, query.offset + query.limit
    return (
        at(after) if after < count else None,
        at(max(before, 0)) if query.offset else None,
    )
