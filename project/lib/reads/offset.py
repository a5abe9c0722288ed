"""Lists that are paged by limit and offset and counted in full."""

from abc import abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from project.lib.reads.answers import OffsetEnvelope
from project.lib.reads.keyset import KeysetList
from project.lib.reads.lists import Values, WrittenList, before_others
from project.lib.reads.pages import Page, wants_geojson
from project.lib.reads.parameters import LIMIT, OFFSET, PAGE_SIZE, Choice, Query
from project.lib.reads.statements import Statement
from project.lib.reads.streams import is_streamed, stream

# For the queryset that reads a row of the page: its id.
CHOSEN_ID = RawSQL("chosen.id", [], BigIntegerField())


@dataclass(frozen=True)
class OffsetParts:
    """The querysets that a page's statement is made of.

    `ids`: of all rows, in their order. `row`: the columns that the answer reads, of the
    row CHOSEN_ID; rows before the page are not read. `count`: SQL of how many rows
    there are. `common`: a CTE that all of them may read.
    """

    ids: Statement[Any]
    row: Statement[Any]
    count: Statement[Any]
    common: Statement[Any] | None = None


def count_of(queryset: QuerySet[Any]) -> Statement[Any]:
    """Return SQL that counts all rows of a queryset."""
    return Statement.written(
        "(SELECT count(*) FROM ({rows}) counted)",
        rows=Statement.of(queryset.order_by().values("pk")),
    )


class OffsetList(WrittenList[Values]):
    """A list with `limit` and `offset`, counted in full.

    `streamed`: the same rows by cursor, for whoever asks for a stream of all of them.
    """

    envelope = OffsetEnvelope
    streamed: ClassVar[KeysetList[Any]]

    def respond(self, request: Request) -> HttpResponseBase:
        if is_streamed(request):
            return stream(self.streamed, request, self.streamed.read(request))
        return super().respond(request)

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
        """Return the values that the statement is run with."""

    @abstractmethod
    def parts(self, choice: Choice, variant: Any) -> OffsetParts: ...


@lru_cache(maxsize=4096)
def offset_statement(
    of: OffsetList[Any], choice: Choice, variant: Hashable, as_geojson: bool
) -> Statement[Any]:
    parts = of.parts(choice, variant)
    # OFFSET 0 and LATERAL have each row of the page read by its id, and no other.
    return Statement.written(
        """
        WITH {common} chosen AS MATERIALIZED (
            SELECT row_number() OVER () AS n, id
            FROM ({ids} LIMIT {limit} OFFSET {offset}) ids
        ), item AS (
            SELECT chosen.n, {written}::text AS text
            FROM chosen CROSS JOIN LATERAL ({row} OFFSET 0) p
        )
        SELECT {count}, string_agg(text, ',' ORDER BY n) FROM item
        """,
        common=before_others(parts.common),
        ids=parts.ids,
        limit=LIMIT,
        offset=OFFSET,
        written=of.written(choice, variant, as_geojson),
        row=parts.row,
        count=parts.count,
    )


def _offset_links(request: Request, query: Query, count: int) -> tuple[Any, Any]:
    # Under the client's own name for it, because both names together are refused.
    size = "page_size" if request.query_params.get("page_size") else "limit"

    def at(offset: int) -> dict[str, int | None]:
        return {size: query.limit, "offset": offset or None}

    before, after = query.offset - query.limit, query.offset + query.limit
    return (
        at(after) if after < count else None,
        at(max(before, 0)) if query.offset else None,
    )
