"""Collections of features: a list, how one row of it is read, and its extent."""

import json
import math
from collections.abc import Callable, Mapping
from collections.abc import Collection as Names
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.gis.db.models import GeometryField
from django.db.models import F, FloatField, Func, QuerySet, Value
from django.db.models.functions import Cast
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from rest_framework.request import Request
from rest_framework.response import Response

from project.lib.api.renderers import Written
from project.lib.ogc.cql2.operands import Queryable
from project.lib.ogc.filters import CRS84, ITEMS, ITEMS_MAX, read_condition
from project.lib.ogc.queryables import queryables_of
from project.lib.reads.cursors import KeysetQueried
from project.lib.reads.geo import WGS84, AsGeometry
from project.lib.reads.geojson import COORDINATE_DIGITS, instant_sql
from project.lib.reads.keyset import KeysetList
from project.lib.reads.pages import Page, link, link_header, page_url
from project.lib.reads.statements import Statement
from project.lib.reads.streams import is_streamed, stream

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

ItemValues = TypeVar("ItemValues", bound=KeysetQueried)


class ItemList(KeysetList[ItemValues]):
    """A keyset list that is answered as OGC API - Features has it.

    Its rows, filters and rules are those of the list that it is made from.
    `queryable`: expressions of the answer's fields that CQL2 filters may ask about.
    """

    queryable: ClassVar[Mapping[str, Any]]

    def respond_with(
        self, request: Request, own: list[dict[str, str]]
    ) -> HttpResponseBase:
        """Answer a GET; `own`: links to this page. Raises as `respond` does."""
        params = request.query_params
        condition, errors = read_condition(params, lambda: self.queryables(request))
        given = self.filterset.read(params, {**self.unmet(request), **errors})
        if condition is not None:
            given["filter"] = condition
        if is_streamed(request):
            return stream(self, request, given)
        most = getattr(request.accepted_renderer, "items_max", ITEMS_MAX)
        limit = min(given.get("page_size", ITEMS), most)
        page = self.page(request, {**given, "page_size": limit})
        return _items_response(request, page, own)

    def queryables(self, request: Request) -> dict[str, Queryable]:
        """Return what the caller's filters may ask about, by name."""
        return queryables_of(self.answer, self.queryable, self.unseen(request))

    def unseen(self, request: Request) -> Names[str]:
        """Return the answer's fields that the caller is not shown."""
        return ()


@dataclass(frozen=True)
class Extent:
    """Where features are, as west, south, east, north, and when; None without any."""

    box: tuple[float, float, float, float] | None
    start: str | None = None
    end: str | None = None

    def written(self) -> dict[str, Any]:
        extent: dict[str, Any] = {}
        if self.box:
            extent["spatial"] = {"bbox": [self.box], "crs": CRS84}
        if self.start:
            interval = [self.start, self.end]
            extent["temporal"] = {"interval": [interval], "trs": GREGORIAN}
        return extent


@dataclass(frozen=True)
class Collection:
    """A collection, as `/collections/{id}` tells it.

    `read`: one feature as JSON text by its id, None if the viewer may not know of it.
    `is_open`: whether everybody may read it, without signing in.
    """

    id: str
    title: str | Promise
    description: str | Promise
    items: ItemList[Any]
    read: Callable[[Any, int], str | None]
    extent: Callable[[Any], Extent]
    is_open: Callable[[], bool] = lambda: False


# Lines beyond each edge of the earth. A place's planar distance from one is its
# longitude or latitude, so the index on `place::geometry` finds the outermost place.
_BEYOND = {
    "X": ["LINESTRING(-181 -90, -181 90)", "LINESTRING(181 -90, 181 90)"],
    "Y": ["LINESTRING(-180 -91, 180 -91)", "LINESTRING(-180 91, 180 91)"],
}


def extent_statement(
    rows: QuerySet[Any], place: str, date: str | None = None
) -> Statement[Any]:
    """Return the statement that `read_extent` runs: of these columns of `rows`."""
    located = rows.filter(**{f"{place}__isnull": False})
    columns = []
    for axis, line in [("X", 0), ("Y", 0), ("X", 1), ("Y", 1)]:
        beyond = Cast(Value(f"SRID={WGS84};{_BEYOND[axis][line]}"), GeometryField())
        outermost = located.order_by(_PlanarDegrees(AsGeometry(F(place)), beyond))
        degrees = f"ST_{axis}({place}::geography::geometry)"
        columns.append(_first(degrees, outermost.values(place)))
    if date:
        dated = rows.filter(**{f"{date}__isnull": False}).values(date)
        ends = [dated.order_by(date), dated.order_by(f"-{date}")]
        columns += [_first(instant_sql(date), end) for end in ends]
    return Statement.written(
        "SELECT {columns}", columns=Statement.joined(", ", columns)
    )


def _first(expression: str, rows: QuerySet[Any, Any]) -> Statement[Any]:
    return Statement.written(
        "(SELECT {expression} FROM ({row}) p)",
        expression=Statement(expression),
        row=Statement.of(rows[:1]),
    )


class _PlanarDegrees(Func):
    template = "(%(expressions)s)"
    arg_joiner = " <-> "
    output_field = FloatField()


def read_extent(statement: Statement[Any], values: Any) -> Extent:
    """Run such a statement. The box holds all coordinates, as rounded in answers."""
    ((west, south, east, north, *dates),) = statement.rows(values)
    if west is None:
        return Extent(None, *dates)
    return Extent((_down(west), _down(south), _up(east), _up(north)), *dates)


def _down(degrees: float) -> float:
    return math.floor(degrees * 10**COORDINATE_DIGITS) / 10**COORDINATE_DIGITS


def _up(degrees: float) -> float:
    return math.ceil(degrees * 10**COORDINATE_DIGITS) / 10**COORDINATE_DIGITS


def _items_response(
    request: Request, page: Page, own: list[dict[str, str]]
) -> Response:
    """Return a page of items, with `numberMatched` if it is known exactly."""
    kind = request.accepted_renderer.media_type
    neighbours = {
        "next": page_url(request, page.next),
        "prev": page_url(request, page.previous),
    }
    links = [*own, *(link(rel, url, kind) for rel, url in neighbours.items() if url)]
    matched = page.count
    is_known = not page.is_capped
    # A page beyond the last item has no neighbours either, yet items before it.
    if page.returned and not page.next and not page.previous:
        matched, is_known = page.returned, True
    around = {
        "type": "FeatureCollection",
        **({"numberMatched": matched} if is_known else {}),
        "numberReturned": page.returned,
        "timeStamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "links": links,
    }
    head = json.dumps(around, ensure_ascii=False)[:-1]
    text = f'{head}, "features": [{page.items}]}}'
    return Response(Written(text), headers=link_header(links))
