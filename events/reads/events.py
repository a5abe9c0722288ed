"""Read the list of events, and one event."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Self

from django.db.models import F
from django.db.models.expressions import Expression, OrderBy

from events.models import Event
from events.querysets import EventQuerySet
from events.reads.answers import EventAnswer, event_columns
from events.reads.filters import ORIGIN, EventFilter, EventStreamFilter, Measured
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import ROW_ID, VIEWER, ViewedRow, Viewer, read_row
from project.lib.reads.answers import one_statement
from project.lib.reads.cursors import NEWEST_FIRST, KeysetQuery, Order
from project.lib.reads.keyset import KeysetList, capped_rows, sorted_rows
from project.lib.reads.lists import Parts
from project.lib.reads.nearest import REACH_M, reach
from project.lib.reads.offset import CHOSEN_ID, OffsetList, OffsetParts, count_of
from project.lib.reads.parameters import Choice, Query
from project.lib.reads.statements import Param, Statement

# By the value of `ordering`; the id makes each order total.
ORDERS: dict[str | None, list[Expression]] = {
    None: [F("id").desc()],
    "date": [F("date").asc(), F("id").asc()],
    "-date": [F("date").desc(nulls_last=True), F("id").desc()],
    "distance": [OrderBy(F("distance_m")), F("id").asc()],
}

# For lists without distances.
DISTANCE = ("distance_km",)

# What triggers have counted: the rows of lists without filters.
_PUBLIC = Statement[Any](
    "(SELECT coalesce(sum(public), 0)::bigint FROM events_eventcount)"
)
_LOCATED = Statement[Any](
    "(SELECT coalesce(sum(located), 0)::bigint FROM events_eventcount)"
)

# How many of the nearest are searched: the page's, and all before it.
_NEAREST = Param[Measured](lambda values: values.query.offset + values.query.limit)


class Ordering(NamedTuple):
    """An order of the list, by `name`; for the nearest, `most` of them are searched.

    `most` is a power of two that is written into the SQL. For an unknown number
    PostgreSQL plans as if it were a tenth of all, and would sort all of them.
    """

    name: str | None
    most: int = 0

    @property
    def is_nearest(self) -> bool:
        return self.name == "distance"

    @classmethod
    def of(cls, query: Query) -> "Ordering":
        ordering = cls(query.given.get("ordering"))
        if not ordering.is_nearest:
            return ordering
        last = query.offset + query.limit
        return ordering._replace(most=1 << last.bit_length())


@dataclass(frozen=True)
class EventValues:
    """The values that a list of events is run with.

    `origin`: EWKT, where distances are measured from. `radius_m` is 0 without
    `distance`.
    """

    query: Query
    viewer: Viewer
    origin: str | None
    radius_m: float

    @classmethod
    def of(cls, query: Query, viewer: Viewer, origin: str | None = None) -> Self:
        """Return the values; `origin` is used if the parameters name no point."""
        given = query.given
        return cls(
            query,
            viewer,
            given["point"].ewkt if "point" in given else origin,
            float(given.get("distance", 0)) * 1000,
        )


@dataclass(frozen=True)
class EventStreamValues(EventValues):
    query: KeysetQuery


class EventStream(KeysetList[EventStreamValues]):
    """The same events as the list's, the newest first, for streams of all of them."""

    filterset = EventStreamFilter
    answer = EventAnswer
    title = "events"

    def left_out(self, choice: Choice, variant: None) -> Collection[str]:
        return () if "distance" in choice else DISTANCE

    def unmet(self, request: MemberRequest) -> dict[str, Any]:
        return EventStreamFilter.unmet_by(request)

    def values(self, request: MemberRequest, query: KeysetQuery) -> EventStreamValues:
        viewer = Viewer.of(request)
        return EventStreamValues.of(query, viewer, viewer.origin)

    def order(self, choice: Choice) -> Order:
        return NEWEST_FIRST

    def parts(self, choice: Choice, variant: None, forward: bool | None) -> Parts:
        events: Any = EventStreamFilter.narrow(_listed(choice), choice)
        rows = event_columns(events, "distance" in choice)
        return Parts(sorted_rows(rows, NEWEST_FIRST, forward), capped_rows(events))


class Events(OffsetList[EventValues]):
    """Public events in the order that `ordering` names.

    `ordering=distance` leaves out events without a location.
    """

    filterset = EventFilter
    answer = EventAnswer
    streamed = EventStream()

    def left_out(self, choice: Choice, ordering: Ordering) -> Collection[str]:
        return () if _has_distance(choice, ordering) else DISTANCE

    def unmet(self, request: MemberRequest) -> dict[str, Any]:
        return EventFilter.unmet_by(request)

    def values(self, request: MemberRequest, query: Query) -> EventValues:
        viewer = Viewer.of(request)
        return EventValues.of(query, viewer, viewer.origin)

    def variant(self, values: EventValues) -> Ordering:
        return Ordering.of(values.query)

    def parts(self, choice: Choice, ordering: Ordering) -> OffsetParts:
        events: Any = EventFilter.narrow(_listed(choice), choice)
        common, counted, kept = None, events, _PUBLIC
        if ordering.is_nearest:
            counted, kept = events.filter(location__isnull=False), _LOCATED
            common = _reach(counted, ordering.most)
            events = counted.within(ORIGIN, REACH_M).with_distance_from(ORIGIN)
        chosen: Any = Event.objects.filter(pk=CHOSEN_ID)
        return OffsetParts(
            ids=Statement.of(events.order_by(*ORDERS[ordering.name]).values("id")),
            row=Statement.of(event_columns(chosen, _has_distance(choice, ordering))),
            count=count_of(counted) if choice.filters else kept,
            common=common,
        )


EVENTS = Events()


def read_event(
    request: MemberRequest,
    event_id: int,
    *,
    as_geojson: bool,
    without: tuple[str, ...] = (),
) -> str | None:
    """Return JSON text of one event, or None if the viewer may not know of it."""
    return read_row(_event(as_geojson, without), request, event_id)


@cache
def _event(as_geojson: bool, without: tuple[str, ...]) -> Statement[ViewedRow]:
    event: Any = Event.objects.visible_to(VIEWER).filter(pk=ROW_ID)
    columns = event_columns(event, has_distance=False)
    return one_statement(
        columns, EventAnswer, as_geojson, without=(*DISTANCE, *without)
    )


def _listed(choice: Choice) -> EventQuerySet:
    # An organization is also invited before the event is published.
    is_for_owners = ("invited", True) in choice.filters
    events: Any = Event.objects
    listed: EventQuerySet = events.ongoing() if is_for_owners else events.public()
    return listed


def _has_distance(choice: Choice, ordering: Ordering) -> bool:
    return ordering.is_nearest or "distance" in choice


def _reach(events: EventQuerySet, most: int) -> Statement[Measured]:
    nearest: Any = events.with_distance_from(ORIGIN).roughly_nearest(ORIGIN)
    first = Statement.written(
        "SELECT distance_m FROM ({all} LIMIT {most}) nearest LIMIT {n}",
        all=Statement.of(nearest.values("distance_m")),
        most=most,
        n=_NEAREST,
    )
    return reach(first)
