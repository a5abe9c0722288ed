"""Which events a calendar has, and whether any of them has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from events import constants
from events.models import CalendarFeed, Event
from events.reads.events import ORDERS, EventValues
from events.reads.filters import CalendarFilter, FeedFilter, Measured
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import ROW_ID, VIEWER, ViewedRow, Viewer
from project.lib.reads.parameters import Choice, Query
from project.lib.reads.statements import Statement


@dataclass(frozen=True)
class Found:
    """The events of a calendar: `ids`, and `version`, a digest of what it says."""

    ids: Sequence[int]
    version: str

    def read(self) -> list[Event]:
        """Return the events, the latest first, with their organizations.

        They are read after the version. A change in between is thus served under an
        older version, which no client keeps for long.
        """
        events = Event.objects.filter(pk__in=self.ids).with_organizations()
        return list(events.order_by(*ORDERS["-date"]))


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


def _found(statement: Statement[Any], values: Any) -> Found:
    ((ids, version),) = statement.rows(values)
    return Found(ids, version)


@lru_cache(maxsize=256)
def _listed(choice: Choice) -> Statement[Measured]:
    shown = timedelta(days=constants.CANCELLED_SHOWN_DAYS)
    recent = Q(cancelled_at=None) | Q(cancelled_at__gte=Now() - shown)
    published = Event.objects.filter(recent, published_at__isnull=False)
    events: Any = CalendarFilter.narrow(published, choice).exclude(date=None)
    latest = events.order_by(*ORDERS["-date"])
    return _versioned(latest[: constants.CALENDAR_MAX_EVENTS])


@cache
def _one() -> Statement[ViewedRow]:
    published = Event.objects.exclude(published_at=None)
    visible = Event.objects.visible_to(VIEWER) | published
    return _versioned(visible.filter(pk=ROW_ID))


def _versioned(events: Any) -> Statement[Any]:
    """Return a statement of the events' ids and of the version of their texts.

    The version is made of digests: with the texts themselves it took 10 ms for 1,000
    events, at each request.
    """
    return Statement.written(
        """
        WITH chosen AS MATERIALIZED ({chosen})
        SELECT
            (SELECT coalesce(array_agg(id), ARRAY[]::bigint[]) FROM chosen),
            md5(concat(
                (
                    SELECT string_agg(id || ':' || calendar_digest, ' ' ORDER BY id)
                    FROM chosen
                ),
                '/',
                (
                    SELECT string_agg(
                        ROW(h.event_id, o.id, o.title, o.postcode, o.address)::text,
                        '' ORDER BY h.event_id, o.id
                    )
                    FROM events_event_organizations h
                    JOIN events_organization o ON o.id = h.organization_id
                    WHERE h.status = 'confirmed'
                    AND h.event_id IN (SELECT id FROM chosen)
                )
            ))
        """,
        chosen=Statement.of(events.values("id", "calendar_digest")),
    )
