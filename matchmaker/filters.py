"""Query parameters of the list of members → queryset verbs."""

from typing import Any

import django_filters
from django.core.validators import MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from matchmaker import constants
from matchmaker.models import Gender, Member
from matchmaker.querysets import MemberQuerySet, liked_by, who_like
from project.lib.filters import BoxFilter, StrictBooleanFilter
from project.lib.geo import LonLat
from project.lib.lists import PagedFilterSet


class MemberFilter(PagedFilterSet):
    gender = django_filters.ChoiceFilter(choices=Gender.choices)
    first_name = django_filters.CharFilter(
        lookup_expr="icontains", max_length=150, help_text=_("Contains, in any case")
    )
    last_name = django_filters.CharFilter(
        lookup_expr="icontains", max_length=150, help_text=_("Contains, in any case")
    )
    distance = django_filters.NumberFilter(
        method="filter_distance",
        max_value=constants.DISTANCE_MAX_KM,
        validators=[MinValueValidator(0.000001, _("Must be greater than 0."))],
        help_text=_("Kilometres from the caller's location; nearest first"),
    )
    liked = StrictBooleanFilter(
        method="filter_liked", help_text=_("Whom the caller likes")
    )
    liked_me = StrictBooleanFilter(
        method="filter_liked_me", help_text=_("Who likes the caller")
    )
    matched = StrictBooleanFilter(
        method="filter_matched", help_text=_("Mutual sympathy")
    )
    in_bbox = BoxFilter(
        method="filter_box", help_text=_("west,south,east,north in degrees")
    )

    class Meta:
        model = Member
        fields: list[str] = []

    request: Request

    def filter_distance(
        self, queryset: MemberQuerySet, name: str, value: Any
    ) -> MemberQuerySet:
        origin = self.request.user.location
        if origin is None:
            self.form.add_error(
                name, _("Set your own location first; distance is measured from it.")
            )
            return queryset.none()
        return queryset.within(LonLat.of(origin), float(value) * 1000)

    def filter_liked(
        self, queryset: MemberQuerySet, name: str, value: bool
    ) -> MemberQuerySet:
        return self._keep(queryset, liked_by(self.request.user), value)

    def filter_liked_me(
        self, queryset: MemberQuerySet, name: str, value: bool
    ) -> MemberQuerySet:
        return self._keep(queryset, who_like(self.request.user), value)

    def filter_matched(
        self, queryset: MemberQuerySet, name: str, value: bool
    ) -> MemberQuerySet:
        me = self.request.user
        return self._keep(queryset, liked_by(me) & who_like(me), value)

    def filter_box(
        self, queryset: MemberQuerySet, name: str, value: Any
    ) -> MemberQuerySet:
        return queryset.in_box(value)

    @staticmethod
    def _keep(queryset: MemberQuerySet, rule: Q, value: bool) -> MemberQuerySet:
        return queryset.filter(rule if value else ~rule)
