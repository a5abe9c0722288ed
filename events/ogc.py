"""The collections of events and organizations for OGC API - Features."""

from collections.abc import Collection as Names
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from events.models import Event, Organization
from events.querysets import EventQuerySet, attended_by
from events.reads.answers import (
    ORGANIZATION_COLUMNS,
    EventAnswer,
    OrganizationAnswer,
    event_columns,
)
from events.reads.events import DISTANCE, read_event
from events.reads.filters import EventFilter, OrganizationFilter
from events.reads.organizations import read_organization
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import NOBODY, VIEWER, Viewer
from project.lib.api.dates import Span
from project.lib.ogc.collections import (
    Collection,
    Extent,
    ItemList,
    extent_statement,
    read_extent,
)
from project.lib.ogc.filters import IntervalFilter, ItemFilterSet
from project.lib.ogc.queryables import GEOMETRY
from project.lib.reads.cursors import Key, KeysetQuery, Order
from project.lib.reads.keyset import capped_rows, sorted_rows
from project.lib.reads.lists import Parts
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Statement


def newest_first(name: str) -> Order:
    return Order(name, [Key(F("id"), "bigint")], descending=True)


class EventItemFilter(ItemFilterSet, EventFilter):
    datetime = IntervalFilter(
        method="filter_datetime",
        help_text=_("A date, a date and time, or an interval: start/end, ../end"),
    )
    limit = offset = ordering = distance = None  # type: ignore[assignment]
    point = invited = None  # type: ignore[assignment]  # django-filter: removes them

    paging = ItemFilterSet.unnarrowing

    def filter_datetime(
        self, queryset: EventQuerySet, name: str, value: Span
    ) -> EventQuerySet:
        return queryset.during(value.start, value.end, or_undated=True)


class OrganizationItemFilter(ItemFilterSet, OrganizationFilter):
    limit = offset = None


@dataclass(frozen=True)
class ItemValues:
    """The values that a page of items is run with."""

    query: KeysetQuery
    viewer: Viewer


class PlaceItems(ItemList[ItemValues]):
    """Public places, the newest first. The variant: whether nobody has signed in.

    `of_members`: fields that tell about members, and are for members only.
    """

    of_members: ClassVar[tuple[str, ...]]
    newest: ClassVar[Order]

    def values(self, request: MemberRequest, query: KeysetQuery) -> ItemValues:
        return ItemValues(query, Viewer.of(request))

    def variant(self, values: ItemValues) -> bool:
        return values.viewer.id == NOBODY

    def order(self, choice: Choice) -> Order:
        return self.newest

    def unseen(self, request: Request) -> Names[str]:
        return () if request.user.is_authenticated else self.of_members

    def left_out(self, choice: Choice, is_anonymous: bool) -> Names[str]:
        return self.of_members if is_anonymous else ()


class EventItems(PlaceItems):
    filterset = EventItemFilter
    answer = EventAnswer
    newest = newest_first("events")
    of_members = ("organizations", "attending")
    queryable = {
        **{name: F(name) for name in ("id", "title", "description", "date")},
        "all_day": F("is_all_day"),
        **{name: F(name) for name in ("capacity", "attendees")},
        "attending": attended_by(VIEWER),
        GEOMETRY: F("location"),
    }

    def left_out(self, choice: Choice, is_anonymous: bool) -> Names[str]:
        return (*DISTANCE, *super().left_out(choice, is_anonymous))

    def parts(self, choice: Choice, variant: bool, forward: bool | None) -> Parts:
        events: Any = EventItemFilter.narrow(Event.objects.public(), choice)
        rows = event_columns(events, has_distance=False)
        return Parts(sorted_rows(rows, self.newest, forward), capped_rows(events))


class OrganizationItems(PlaceItems):
    filterset = OrganizationItemFilter
    answer = OrganizationAnswer
    newest = newest_first("organizations")
    of_members = ("users",)
    queryable = {
        **{name: F(name) for name in ("id", "title", "description")},
        **{name: F(name) for name in ("postcode", "address")},
        GEOMETRY: F("location"),
    }

    def parts(self, choice: Choice, variant: bool, forward: bool | None) -> Parts:
        found: Any = OrganizationItemFilter.narrow(Organization.objects.all(), choice)
        rows = found.values(*ORGANIZATION_COLUMNS)
        return Parts(sorted_rows(rows, self.newest, forward), capped_rows(found))


def read_event_item(request: MemberRequest, event_id: int) -> str | None:
    """Return an event's feature, or None if the viewer may not know of it."""
    without = () if request.user.is_authenticated else EventItems.of_members
    return read_event(request, event_id, as_geojson=True, without=without)


def read_organization_item(request: MemberRequest, organization_id: int) -> str | None:
    """Return an organization's feature, or None if it does not exist."""
    without = () if request.user.is_authenticated else OrganizationItems.of_members
    return read_organization(request, organization_id, as_geojson=True, without=without)


def read_event_extent(request: MemberRequest) -> Extent:
    return read_extent(_event_extent(), None)


def read_organization_extent(request: MemberRequest) -> Extent:
    return read_extent(_organization_extent(), None)


@cache
def _event_extent() -> Statement[Any]:
    return extent_statement(Event.objects.public(), "location", "date")


@cache
def _organization_extent() -> Statement[Any]:
    return extent_statement(Organization.objects.all(), "location")


def are_public() -> bool:
    return bool(settings.PUBLIC_EVENTS)


EVENTS = Collection(
    id="events",
    title=_("Events"),
    description=_("Published events, with their dates."),
    items=EventItems(),
    read=read_event_item,
    extent=read_event_extent,
    is_open=are_public,
)
ORGANIZATIONS = Collection(
    id="organizations",
    title=_("Organizations"),
    description=_("Organizations, which hold events."),
    items=OrganizationItems(),
    read=read_organization_item,
    extent=read_organization_extent,
    is_open=are_public,
)
