"""Lists by limit and offset, in one compiled statement a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from project.lib.reads.geojson import Shape
from project.lib.reads.pages import enveloped
from project.lib.reads.parameters import CompiledFilterSet
from project.lib.reads.statements import NO_STATEMENT, Param, Statement

LIMIT = 20
LIMIT_MAX = 100
# As far as one can page: PostgreSQL passes over every row before.
OFFSET_MAX = 1_000_000


class OffsetFilterSet(CompiledFilterSet):
    """Filters of a list with `limit` and `offset`."""

    limit = django_filters.NumberFilter(
        min_value=1,
        max_value=LIMIT_MAX,
        decimal_places=0,
        help_text=_("Rows a page"),
    )
    offset = django_filters.NumberFilter(
        min_value=0,
        max_value=OFFSET_MAX,
        decimal_places=0,
        help_text=_("Rows to pass over"),
    )

    paging: ClassVar[tuple[str, ...]] = ("limit", "offset")


@dataclass(frozen=True)
class OffsetPage:
    """`items`: the rows as JSON text, separated by commas, in the list's order."""

    count: int
    items: str
    limit: int
    offset: int


@dataclass(frozen=True)
class OffsetStatement:
    statement: Statement

    @classmethod
    def compile(
        cls,
        rows: Statement,
        counted: Statement,
        common: Statement = NO_STATEMENT,
        *,
        row: Shape,
        as_geojson: bool,
    ) -> "OffsetStatement":
        """`rows`: the whole list, sorted, with the columns that `row` reads.

        `counted`: its rows, in any order. `common`: queries that both read, each with
        a comma after it. The Params `limit` and `offset` choose the page.
        """
        sql = f"""
            WITH {common.sql} item AS (
                SELECT row_number() OVER () AS n, {row.sql(as_geojson)}::text AS text
                FROM ({rows.sql} LIMIT %s OFFSET %s) p
            )
            SELECT (SELECT count(*) FROM ({counted.sql}) counted),
                   string_agg(text, ',' ORDER BY n)
            FROM item
        """  # noqa: S608
        page = (Param("limit"), Param("offset"))
        return cls(
            Statement(
                sql,
                (*common.params, *row.params, *rows.params, *page, *counted.params),
            )
        )

    def read(self, values: Mapping[str, Any], *, limit: int, offset: int) -> OffsetPage:
        """Run with the values of the Params."""
        params = self.statement.bind({**values, "limit": limit, "offset": offset})
        with connection.cursor() as db:
            db.execute(self.statement.sql, params)
            count, items = db.fetchone()
        return OffsetPage(count, items or "", limit, offset)


def offset_response(request: Request, page: OffsetPage) -> Response:
    """The page as the contract writes it; its rows stay the text that they are."""
    before = max(page.offset - page.limit, 0)
    after = page.offset + page.limit
    envelope = {
        "count": page.count,
        "next": _link(request, after, page.limit) if after < page.count else None,
        "previous": _link(request, before, page.limit) if page.offset else None,
    }
    return enveloped(request, envelope, page.items)


def _link(request: Request, offset: int, limit: int) -> str:
    # Under the name that the client has: both would be refused.
    name = "page_size" if request.query_params.get("page_size") else "limit"
    url = replace_query_param(request.build_absolute_uri(), name, limit)
    if not offset:
        return remove_query_param(url, "offset")
    return replace_query_param(url, "offset", offset)
