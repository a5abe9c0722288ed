"""Which events a calendar has, and whether any of them has changed."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db.models import CharField, Q
from django.db.models.functions import Now

from events import constants
from events.addresses import full_address_sql
from events.models import CalendarFeed, Event
from events.reads.events import ORDERS, EventValues
from events.reads.filters import CalendarFilter, FeedFilter
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import ROW_ID, VIEWER, ViewedRow, Viewer
from project.lib.reads.parameters import Choice, Query
from project.lib.reads.statements import Param, Statement


@dataclass(frozen=True)
class Statements:
    """How a calendar is read: the number and version of its events, its entries."""

    version: Statement[Any]
    entries: Statement[Any]


class Entry(NamedTuple):
    """An event as a calendar shows it. Instants are texts in UTC: `20261223T184500Z`.

    `ends`: None for an event that would end after the year 9999.
    """

    uid: str
    sequence: int
    changed: str
    created: str
    title: str
    description: str
    is_all_day: bool
    starts: str
    ends: str | None
    lon: float | None
    lat: float | None
    address: str | None
    is_cancelled: bool


@dataclass(frozen=True)
class Found:
    """The events of a calendar: how many, and a digest of what it says of them."""

    number: int
    version: str
    statements: "Statements"
    values: Any

    def read(self) -> list[Entry]:
        """Return the entries, the latest first.

        They are read after the version. A change in between is thus served under an
        older version, which no client keeps for long.
        """
        return [Entry(*row) for row in self.statements.entries.rows(self.values)]


def find_listed(request: MemberRequest) -> Found:
    """Return the events that the list's filters select.

    Recently cancelled ones are included, so that calendars remove them. Raises
    ValidationError.
    """
    unmet = CalendarFilter.unmet_by(request)
    given = CalendarFilter.read(request.query_params, unmet)
    viewer = Viewer.of(request)
    values = EventValues.of(Query(given=given), viewer, viewer.origin)
    return _found(_listed(CalendarFilter.choose(given)), values)


def find_for_feed(feed: CalendarFeed) -> Found:
    """Return the events that the feed's filters select, or those its owner attends.

    Raises ValidationError if the frozen filters are no longer understood.
    """
    given = FeedFilter.read_frozen(feed.filters)
    choice = FeedFilter.choose(given)
    if not choice.filters:
        choice = Choice((("attending", True),))
    # The point is the only origin: whoever has the address asks, not the owner.
    values = EventValues.of(Query(given=given), Viewer(feed.member_id))
    return _found(_listed(choice), values)


def find_one(viewer_id: int, event_id: int) -> Found:
    """Return one event, cancelled or not, if the viewer may know of it."""
    return _found(_one(), ViewedRow(Viewer(viewer_id), event_id))


def find_feed(secret: str) -> CalendarFeed | None:
    """Return the feed of this address, if its owner is active."""
    row = _feed().row(secret)
    if row is None:
        return None
    pk, member_id, filters = row
    return CalendarFeed(pk=pk, member_id=member_id, filters=json.loads(filters))


@cache
def _feed() -> Statement[str]:
    feeds: Any = CalendarFeed.objects.filter(
        secret=Param[str](lambda secret: secret, CharField()), member__is_active=True
    )
    return Statement.of(feeds.values_list("pk", "member_id", "filters"))


def _found(statements: Statements, values: Any) -> Found:
    ((number, version),) = statements.version.rows(values)
    return Found(number, version, statements, values)


@lru_cache(maxsize=256)
def _listed(choice: Choice) -> Statements:
    shown = timedelta(days=constants.CANCELLED_SHOWN_DAYS)
    recent = Q(cancelled_at=None) | Q(cancelled_at__gte=Now() - shown)
    published = Event.objects.filter(recent, published_at__isnull=False)
    events: Any = CalendarFilter.narrow(published, choice).exclude(date=None)
    latest = events.order_by(*ORDERS["-date"])
    return _versioned(latest[: constants.CALENDAR_MAX_EVENTS])


@cache
def _one() -> Statements:
    published = Event.objects.exclude(published_at=None)
    visible = Event.objects.visible_to(VIEWER) | published
    return _versioned(visible.filter(pk=ROW_ID))


def _versioned(events: Any) -> Statements:
    """Return the statements for these events.

    The version is made of the digests that PostgreSQL keeps: with the texts themselves
    it took 10 ms for 1,000 events, at each request.
    """
    version = Statement[Any].written(
        """
        WITH chosen AS MATERIALIZED ({chosen}),
        host AS MATERIALIZED (
            SELECT named.event_id, named.organization_id
            FROM chosen CROSS JOIN LATERAL (
                SELECT event_id, organization_id FROM events_event_organizations
                WHERE event_id = chosen.id AND status = 'confirmed' OFFSET 0
            ) named
        )
        SELECT
            count(*),
            md5(concat_ws(' ',
                hash_array_extended(array_agg(calendar_digest ORDER BY id), 0),
                (
                    SELECT hash_array_extended(
                        array_agg(
                            hash_record_extended(
                                ROW(event_id, organization_id), 0
                            ) ORDER BY event_id, organization_id
                        ), 0
                    ) FROM host
                ),
                (
                    SELECT string_agg(
                        ROW(o.id, o.title, o.postcode, o.address)::text,
                        '' ORDER BY o.id
                    )
                    FROM (SELECT DISTINCT organization_id AS id FROM host) named
                    CROSS JOIN LATERAL (
                        SELECT * FROM events_organization
                        WHERE id = named.id OFFSET 0
                    ) o
                )
            ))
        FROM chosen
        """,
        chosen=Statement.of(events.values("id", "calendar_digest")),
    )
    return Statements(version, _entries(Statement.of(events.values("id"))))


def _entries(ids: Statement[Any]) -> Statement[Any]:
    """Return SQL of the entries of these events.

    A calendar has no place for several organizations: the first with an address is it.
    """
    columns = {
        "changed": _instant_sql("event.changed_at"),
        "created": _instant_sql("event.created_at"),
        "starts": _instant_sql("event.date"),
        "ends": _instant_sql("event.ends_at"),
    }
    return Statement.written(
        """
        SELECT event.uid::text, event.sequence, {changed}, {created}, event.title,
            event.description, event.is_all_day, {starts},
            CASE WHEN event.ends_at < '10000-01-01 00:00:00+00' THEN {ends} END,
            ST_X(event.location::geometry), ST_Y(event.location::geometry),
            place.address, event.cancelled_at IS NOT NULL
        FROM ({ids}) chosen
        CROSS JOIN LATERAL (
            SELECT *, date + CASE WHEN is_all_day THEN {day} ELSE {duration} END
                AS ends_at
            FROM events_event WHERE id = chosen.id OFFSET 0
        ) event
        LEFT JOIN LATERAL (
            SELECT o.title || ', ' || {full_address} AS address
            FROM (
                SELECT organization_id FROM events_event_organizations
                WHERE event_id = chosen.id AND status = 'confirmed' OFFSET 0
            ) host
            CROSS JOIN LATERAL (
                SELECT * FROM events_organization
                WHERE id = host.organization_id OFFSET 0
            ) o
            WHERE o.address <> '' ORDER BY o.id LIMIT 1
        ) place ON true
        WHERE event.date IS NOT NULL
        ORDER BY event.date DESC, event.id DESC
        """,
        ids=ids,
        day=constants.DAY,
        duration=constants.ASSUMED_DURATION,
        full_address=Statement(full_address_sql("o")),
        **{name: Statement(sql) for name, sql in columns.items()},
    )


def _instant_sql(column: str) -> str:
    """Return SQL of an instant in UTC as calendars write it (RFC 5545, 3.3.5)."""
    return f"to_char({column} AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISS\"Z\"')"
