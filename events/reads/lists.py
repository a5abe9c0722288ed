"""Pages of events and organizations, and one of each, as JSON text."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from django.db.models import F, FloatField
from django.db.models.expressions import Expression, OrderBy, RawSQL

from events.models import Event, Organization
from events.querysets import EventQuerySet
from events.reads.answers import event_shape, organization_shape
from events.reads.filters import (
    ID,
    ORIGIN,
    EventFilter,
    OrganizationFilter,
)
from matchmaker.authentication import MemberRequest
from matchmaker.reads.filters import VIEWER
from matchmaker.reads.members import viewer_values
from project.lib.reads.geojson import one_statement, write_one
from project.lib.reads.offset import LIMIT, OffsetPage, OffsetStatement
from project.lib.reads.pages import wants_geojson
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import NO_STATEMENT, Param, Statement

EVENT_COLUMNS = (
    "id", "title", "description", "image", "thumbnail", "date", "is_all_day",
    "location", "capacity", "attendees", "published_at",
)  # fmt: skip
ORGANIZATION_COLUMNS = (
    "id", "title", "description", "postcode", "address", "location",
)  # fmt: skip

# See _reach.
REACH_M = RawSQL("SELECT reach_m FROM reach", [], FloatField())

# ST_DWithin and ST_Distance round differently, at the nanometre.
ROUNDING_M = 0.001

# By the parameter `ordering`; the id makes them total.
ORDERS: dict[str | None, list[Expression]] = {
    None: [F("id").desc()],
    "date": [F("date").asc(), F("id").asc()],
    "-date": [F("date").desc(nulls_last=True), F("id").desc()],
    "distance": [OrderBy(F("distance_m")), F("id").asc()],
}


def read_events(request: MemberRequest) -> OffsetPage:
    """The page of events that the parameters ask for. Raises ValidationError."""
    given = EventFilter.read_for(request.user, request.query_params)
    choice, values = EventFilter.choose(given)
    page = _events(choice, given.get("ordering"), wants_geojson(request))
    return page.read(values | event_values(request, given), **_place(given))


def read_event(
    request: MemberRequest, event_id: int, *, as_geojson: bool
) -> str | None:
    """JSON text of one event, or None when the caller may not know of it."""
    statement = _event(as_geojson)
    return write_one(statement, {**viewer_values(request), "id": event_id})


def read_organizations(request: MemberRequest) -> OffsetPage:
    """Raises ValidationError."""
    given = OrganizationFilter.read(request.query_params)
    choice, values = OrganizationFilter.choose(given)
    page = _organizations(choice, wants_geojson(request))
    return page.read({**viewer_values(request), **values}, **_place(given))


def read_organization(
    request: MemberRequest, organization_id: int, *, as_geojson: bool
) -> str | None:
    statement = _organization(as_geojson)
    return write_one(statement, {**viewer_values(request), "id": organization_id})


def event_values(request: MemberRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    """The Params of a list of events, beside those of its filters."""
    place = _place(given)
    values = {
        **viewer_values(request),
        "radius_m": float(given.get("distance", 0)) * 1000,
        "last": place["limit"] + place["offset"],
    }
    if "point" in given:
        values["origin"] = given["point"].ewkt
    return values


def _place(given: Mapping[str, Any]) -> dict[str, int]:
    return {
        "limit": int(given.get("limit", LIMIT)),
        "offset": int(given.get("offset", 0)),
    }


@lru_cache(maxsize=1024)
def _events(choice: Choice, ordering: str | None, as_geojson: bool) -> OffsetStatement:
    # An organization is asked before the event is there for all, too.
    is_for_owners = ("invited", True) in choice.filters
    listed = Event.objects.ongoing() if is_for_owners else Event.objects.public()
    events: Any = EventFilter.narrow(listed, choice)
    common, nearest = NO_STATEMENT, ordering == "distance"
    counted = events
    if nearest:
        counted = events.filter(location__isnull=False)
        common = _reach(counted)
        events = counted.within(ORIGIN, REACH_M)
    has_distance = nearest or "distance" in choice
    rows = Statement.of(_columns(events, has_distance).order_by(*ORDERS[ordering]))
    return OffsetStatement.compile(
        rows,
        Statement.of(counted.order_by().values("pk")),
        common,
        row=event_shape(has_distance=has_distance),
        as_geojson=as_geojson,
    )


def _reach(events: EventQuerySet) -> Statement:
    """CTE `reach`: a distance that holds the nearest `limit` + `offset` events.

    The index orders by the distance on the sphere, up to 0.6 % off; the farthest of
    the first ones on the ellipsoid bounds the true answer.
    """
    nearest: Any = events.with_distance_from(ORIGIN).roughly_nearest(ORIGIN)
    distances = Statement.of(nearest.values("distance_m"))
    return Statement(
        f"""
        reach AS MATERIALIZED (
            SELECT coalesce(max(distance_m), 0) + {ROUNDING_M} AS reach_m
            FROM ({distances.sql} LIMIT %s) nearest
        ),
        """,  # noqa: S608
        (*distances.params, Param("last")),
    )


@cache
def _event(as_geojson: bool) -> Statement:
    event: Any = Event.objects.visible_to(VIEWER).filter(pk=ID)
    shape = event_shape(has_distance=False)
    return one_statement(_columns(event, has_distance=False), shape, as_geojson)


@lru_cache(maxsize=64)
def _organizations(choice: Choice, as_geojson: bool) -> OffsetStatement:
    organizations: Any = OrganizationFilter.narrow(Organization.objects.all(), choice)
    return OffsetStatement.compile(
        Statement.of(organizations.values(*ORGANIZATION_COLUMNS).order_by("-id")),
        Statement.of(organizations.order_by().values("pk")),
        row=organization_shape(),
        as_geojson=as_geojson,
    )


@cache
def _organization(as_geojson: bool) -> Statement:
    organization = Organization.objects.filter(pk=ID).values(*ORGANIZATION_COLUMNS)
    return one_statement(organization, organization_shape(), as_geojson)


def _columns(events: EventQuerySet, has_distance: bool) -> Any:
    """The columns that the shape reads, and no others."""
    if has_distance:
        events = events.with_distance_from(ORIGIN)
    extra = ["distance_m"] if has_distance else []
    return events.with_attending(VIEWER).values(*EVENT_COLUMNS, "attending", *extra)
