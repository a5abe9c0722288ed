"""Which events a calendar has, and whether any of them has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Q
from django.db.models.functions import Now

from events import constants
from events.models import CalendarFeed, Event
from events.reads.filters import CalendarFilter, FeedFilter
from events.reads.lists import ORDERS, event_values
from matchmaker.authentication import MemberRequest
from matchmaker.reads.filters import VIEWER
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Param, Statement

# What the file is written of, of one event `e`: whatever of it changes, and nothing
# else, is another version.
_VERSION = """md5(ROW(
    e.uid, e.sequence, e.created_at, e.changed_at, e.title, e.description, e.date,
    e.is_all_day, e.location, e.cancelled_at, hosts.texts
)::text)"""


@dataclass(frozen=True)
class Found:
    """`ids`: of the events. `version`: a digest of what a calendar says of them."""

    ids: Sequence[int]
    version: str

    def read(self) -> list[Event]:
        """The events, the latest first, with their organizations.

        They are read after the version: what changes in between has been served under
        an older one, so that nobody keeps it.
        """
        events = Event.objects.filter(pk__in=self.ids).with_organizations()
        return list(events.order_by(*ORDERS["-date"]))


def find_listed(request: MemberRequest) -> Found:
    """The events that the list's filters let through.

    With those that were cancelled not long ago, for calendars to take out. Raises
    ValidationError.
    """
    given = CalendarFilter.read_for(request.user, request.query_params)
    choice, values = CalendarFilter.choose(given)
    return _found(_listed(choice), values | event_values(request, given))


def find_for_feed(feed: CalendarFeed) -> Found:
    """The same by the feed's filters; without any, the events that its owner attends.

    Raises ValidationError where what was frozen is no longer understood.
    """
    given = FeedFilter.read_frozen(feed.filters)
    choice, values = FeedFilter.choose(given)
    if not choice.filters:
        choice = Choice((("attending", True),))
    # No origin but the point: whoever has the address asks, not the owner.
    values |= {"viewer": feed.member_id, "radius_m": _metres(given)}
    if "point" in given:
        values["origin"] = given["point"].ewkt
    return _found(_listed(choice), values)


def find_one(viewer_id: int, event_id: int) -> Found:
    """One event, cancelled ones too; none that the viewer may not know of."""
    return _found(_one(), {"viewer": viewer_id, "id": event_id})


def _metres(given: Mapping[str, Any]) -> float:
    return float(given.get("distance", 0)) * 1000


def _found(statement: Statement, values: Mapping[str, Any]) -> Found:
    with connection.cursor() as db:
        db.execute(statement.sql, statement.bind(values))
        ids, version = db.fetchone()
    return Found(ids, version)


@lru_cache(maxsize=256)
def _listed(choice: Choice) -> Statement:
    shown = timedelta(days=constants.CANCELLED_SHOWN_DAYS)
    recent = Q(cancelled_at=None) | Q(cancelled_at__gte=Now() - shown)
    published = Event.objects.filter(recent, published_at__isnull=False)
    events: Any = CalendarFilter.narrow(published, choice).exclude(date=None)
    latest = events.order_by(*ORDERS["-date"]).values("id")
    return _versioned(latest[: constants.CALENDAR_MAX_EVENTS])


@cache
def _one() -> Statement:
    published = Event.objects.exclude(published_at=None)
    visible = Event.objects.visible_to(VIEWER) | published
    return _versioned(visible.filter(pk=Param("id", BigIntegerField())).values("id"))


def _versioned(events: Any) -> Statement:
    chosen = Statement.of(events)
    order = "ORDER BY e.date DESC, e.id DESC"
    sql = f"""
        SELECT coalesce(array_agg(e.id {order}), '{{}}'),
               md5(coalesce(string_agg({_VERSION}, '' {order}), ''))
        FROM ({chosen.sql}) chosen
        JOIN events_event e ON e.id = chosen.id
        CROSS JOIN LATERAL (
            SELECT string_agg(
                ROW(o.id, o.title, o.postcode, o.address)::text, '' ORDER BY o.id
            ) AS texts
            FROM events_event_organizations named
            JOIN events_organization o ON o.id = named.organization_id
            WHERE named.event_id = e.id AND named.status = 'confirmed'
        ) hosts
    """  # noqa: S608
    return Statement(sql, chosen.params)
