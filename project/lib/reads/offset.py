"""Lists that are paged by limit and offset and counted in full."""

from abc import abstractmethod
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from rest_framework.request import Request

from project.lib.reads.answers import OffsetEnvelope
from project.lib.reads.lists import Parts, Values, WrittenList
from project.lib.reads.pages import Page, wants_geojson
from project.lib.reads.parameters import LIMIT, OFFSET, PAGE_SIZE, Choice, Query
from project.lib.reads.statements import Statement


class OffsetList(WrittenList[Values]):
    """A list with `limit` and `offset`, counted in full."""

    envelope = OffsetEnvelope

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
    def parts(self, choice: Choice, variant: Any) -> Parts:
        """Build all of the list's rows, and the rows to count."""


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
        common=parts.before_others(),
        row=of.written(choice, variant, as_geojson),
        rows=parts.rows,
        counted=parts.counted,
        limit=LIMIT,
        offset=OFFSET,
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
