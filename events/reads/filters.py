"""Filters of the lists of events and organizations, from query parameters."""

from collections.abc import Mapping
from typing import Any, Protocol

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from events.errors import PointMissing
from events.models import Event, Organization
from events.querysets import EventQuerySet, OrganizationQuerySet
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import VIEWER, Viewed
from project.lib.api.dates import SpanFilter
from project.lib.reads.filters import (
    BoxFilter,
    KilometresFilter,
    NumberFilter,
    StrictBooleanFilter,
)
from project.lib.reads.geo import Geography, LonLat
from project.lib.reads.numbers import plain_float
from project.lib.reads.parameters import KeysetFilterSet, OffsetFilterSet, Queried
from project.lib.reads.search import TextFilter
from project.lib.reads.statements import Param


class Measured(Viewed, Queried, Protocol):
    """The values that a list of events is run with; `origin`: EWKT to measure from."""

    @property
    def origin(self) -> str | None: ...

    @property
    def radius_m(self) -> float: ...


ORIGIN = Geography(Param[Measured](lambda values: values.origin))
RADIUS_M = Param[Measured](lambda values: values.radius_m)


class PointTextField(forms.CharField):
    def clean(self, value: Any) -> LonLat | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            lon, lat = (plain_float(part) for part in text.split(","))
        except ValueError:
            lon = lat = float("nan")
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise forms.ValidationError(_("Specify longitude,latitude in degrees."))
        return LonLat(lon, lat)


class PointFilter(django_filters.Filter):
    field_class = PointTextField


class EventFilter(OffsetFilterSet):
    search = TextFilter(
        "title_folded",
        max_length=200,
        help_text=_("Part of the title; case and accents are ignored"),
    )
    date = SpanFilter(help_text=_("A UTC date, or a date and time"))
    date__gte = SpanFilter(field_name="date", lookup_expr="gte")
    date__lte = SpanFilter(field_name="date", lookup_expr="lte")
    organization = NumberFilter(
        method="filter_organization",
        min_value=1,
        max_value=2**63 - 1,
        decimal_places=0,
        help_text=_("An organization's id"),
    )
    attending = StrictBooleanFilter(
        method="filter_attending", help_text=_("Only events where you have a spot")
    )
    invited = StrictBooleanFilter(
        method="filter_invited",
        help_text=_(
            "Events, including scheduled ones, that invite one of your organizations"
        ),
    )
    in_bbox = BoxFilter(
        method="filter_box", help_text=_("west,south,east,north in degrees")
    )
    distance = KilometresFilter(
        method="filter_distance", help_text=_("Kilometres from you or from `point`")
    )
    point = PointFilter(
        method="filter_point", help_text=_("longitude,latitude to measure from")
    )
    ordering = django_filters.ChoiceFilter(
        choices=[(name, name) for name in ("date", "-date", "distance")],
        method="filter_point",
        help_text=_(
            "Newest first by default; by distance, only events with a location"
        ),
    )

    paging = (*OffsetFilterSet.paging, "ordering", "point")

    class Meta:
        model = Event
        fields: list[str] = []

    @classmethod
    def unmet(cls, params: QueryDict, without_point: Any) -> dict[str, Any]:
        """Return messages by parameter, for parameters that need another one.

        `without_point`: why a distance needs a point, if it does.
        """
        messages: dict[str, Any] = {}
        is_ordered = (
            "ordering" in cls.base_filters and params.get("ordering") == "distance"
        )
        if without_point and not params.get("point"):
            if params.get("distance"):
                messages["distance"] = [without_point]
            if is_ordered:
                messages["ordering"] = [without_point]
        if params.get("point") and not (params.get("distance") or is_ordered):
            messages["point"] = [_("A point needs distance or ordering=distance.")]
        return messages

    @classmethod
    def unmet_by(cls, request: MemberRequest) -> dict[str, Any]:
        """Return such messages; distances need a point or the viewer's location."""
        message = _("Specify a point, or set your location first.")
        # Where signing in is not required, there may be no member.
        has_location = getattr(request.user, "location", None)
        return cls.unmet(request.query_params, None if has_location else message)

    def filter_organization(
        self, queryset: EventQuerySet, name: str, value: Any
    ) -> EventQuerySet:
        return queryset.of_organization(value)

    def filter_attending(
        self, queryset: EventQuerySet, name: str, value: bool
    ) -> EventQuerySet:
        mine = Event.objects.attended_by(VIEWER)
        return mine & queryset if value else queryset.exclude(pk__in=mine.values("pk"))

    def filter_invited(
        self, queryset: EventQuerySet, name: str, value: bool
    ) -> EventQuerySet:
        inviting = Event.objects.inviting(VIEWER)
        if value:
            return queryset & inviting
        return queryset.exclude(pk__in=inviting.values("pk"))

    def filter_box(
        self, queryset: EventQuerySet, name: str, value: Any
    ) -> EventQuerySet:
        return queryset.in_box(value)

    def filter_distance(
        self, queryset: EventQuerySet, name: str, value: Any
    ) -> EventQuerySet:
        return queryset.within(ORIGIN, RADIUS_M)

    def filter_point(
        self, queryset: EventQuerySet, name: str, value: Any
    ) -> EventQuerySet:
        return queryset  # these name the origin or the order: see reads/events.py


class EventStreamFilter(KeysetFilterSet, EventFilter):
    """The filters of a stream: no offsets, and no orders but the newest first."""

    limit = offset = ordering = None

    paging = (*KeysetFilterSet.paging, "point")


class CalendarFilter(EventFilter):
    """The filters of a calendar: no pages and no orders."""

    limit = offset = ordering = None
    invited = None  # type: ignore[assignment]  # django-filter: removes it


class FeedFilter(CalendarFilter):
    """The filters of a calendar feed, frozen when the feed is created.

    Anybody who has its address reads it, so nothing in it is ever measured from its
    owner's location.
    """

    @classmethod
    def read_frozen(cls, frozen: Mapping[str, str]) -> dict[str, Any]:
        """Return the cleaned parameters. Raises ValidationError."""
        params = QueryDict(mutable=True)
        params.update(frozen)
        return cls.read(params, cls.unmet(params, PointMissing.detail))


class OrganizationFilter(OffsetFilterSet):
    search = TextFilter(
        "title_folded",
        max_length=200,
        help_text=_("Part of the title; case and accents are ignored"),
    )
    in_bbox = BoxFilter(
        method="filter_box", help_text=_("west,south,east,north in degrees")
    )

    class Meta:
        model = Organization
        fields: list[str] = []

    def filter_box(
        self, queryset: OrganizationQuerySet, name: str, value: Any
    ) -> OrganizationQuerySet:
        return queryset.in_box(value)


class OrganizationStreamFilter(KeysetFilterSet, OrganizationFilter):
    limit = offset = None

    paging = KeysetFilterSet.paging
