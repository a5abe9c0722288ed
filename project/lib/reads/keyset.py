"""Lists that are paged by cursors and counted up to a cap."""

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from project.lib.reads.answers import KeysetEnvelope
from project.lib.reads.cursors import (
    Cursor,
    KeysetQueried,
    KeysetQuery,
    Order,
    neighbours,
)
from project.lib.reads.lists import Parts, WrittenList, before_others
from project.lib.reads.pages import Page, wants_geojson
from project.lib.reads.parameters import LIMIT, PAGE_SIZE, Choice, Queried
from project.lib.reads.statements import Param, Statement
from project.lib.reads.streams import is_streamed, stream

COUNT_CAP = 1000

# One row more than a page shows whether there is another page.
LIMIT_AND_ONE = Param[Queried](lambda values: values.query.limit + 1)

KeysetValues = TypeVar("KeysetValues", bound=KeysetQueried)


class KeysetList(WrittenList[KeysetValues]):
    """A list that is paged by cursors: page 1,000 costs what page 1 costs.

    It is counted up to COUNT_CAP.
    """

    envelope = KeysetEnvelope

    def respond(self, request: Request) -> HttpResponseBase:
        if is_streamed(request):
            return stream(self, request, self.read(request))
        return super().respond(request)

    def page(self, request: Request, given: dict[str, Any]) -> Page:
        choice = self.filterset.choose(given)
        order = self.order(choice)
        query = keyset_query(given, order)
        values = self.values(request, query)
        written = keyset_statement if choice.is_usual else keyset_statement.__wrapped__
        statement = written(
            self,
            choice,
            self.variant(values),
            query.cursor.forward if query.cursor else None,
            wants_geojson(request),
        )
        ((count, total, items, first, last),) = statement.rows(
            values, is_prepared=choice.is_usual
        )
        places = [first, last] if total else []
        page = keyset_page(
            count, items or "", places, total > query.limit, query, order
        )
        return replace(page, returned=min(total, query.limit))

    @abstractmethod
    def values(self, request: Any, query: KeysetQuery) -> KeysetValues:
        """Return the values that the statement is run with."""

    @abstractmethod
    def order(self, choice: Choice) -> Order: ...

    @abstractmethod
    def parts(self, choice: Choice, variant: Any, forward: bool | None) -> Parts:
        """Build a page; `forward`: the cursor's direction, None without a cursor."""


def keyset_query(given: dict[str, Any], order: Order) -> KeysetQuery:
    """Return the query of the cleaned parameters. Raises CursorInvalid."""
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
    """Return a page with its neighbours; `places`: of its rows, as for `neighbours`."""
    after, before = neighbours(places, more=has_more, cursor=query.cursor)
    return Page(
        count=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
        items=items,
        next={"cursor": after.encode(order)} if after else None,
        previous={"cursor": before.encode(order)} if before else None,
    )


def sorted_rows(
    queryset: QuerySet[Any], order: Order, forward: bool | None
) -> Statement[Any]:
    """Return the rows beyond the cursor in reading direction: one more than a page."""
    if forward is not None:
        queryset = queryset.filter(order.after(forward))
    keys = {f"key{i}": key.expression for i, key in enumerate(order.keys)}
    sorting = order.sorting(forward is not False)
    rows = Statement.of(queryset.annotate(**keys).order_by(*sorting))
    return Statement.written("{rows} LIMIT {limit}", rows=rows, limit=LIMIT_AND_ONE)


def capped_rows(queryset: QuerySet[Any]) -> Statement[Any]:
    """Return the rows of a queryset that a keyset list counts."""
    return Statement.of(queryset.order_by().values("pk")[: COUNT_CAP + 1])


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
        common=before_others(parts.common),
        row=of.written(choice, variant, as_geojson),
        place=Statement(", ".join(f"p.key{i}::text" for i in keys)),
        rows=parts.rows,
        counted=parts.counted,
        direction=Statement("DESC" if forward is False else "ASC"),
        limit=LIMIT,
    )
