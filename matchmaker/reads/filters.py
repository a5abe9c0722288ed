"""Filters of the list of members, from query parameters to queryset methods."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.models import Gender, Member
from matchmaker.querysets import MemberQuerySet, liked_by, matched_with, who_like
from matchmaker.viewer import VIEWER
from project.lib.reads.filters import BoxFilter, KilometresFilter, StrictBooleanFilter
from project.lib.reads.parameters import KeysetFilterSet
from project.lib.reads.search import TextFilter


class MemberFilter(KeysetFilterSet):
    gender = django_filters.ChoiceFilter(choices=Gender.choices)
    first_name = TextFilter(
        "first_name_folded",
        max_length=150,
        help_text=_("Part of the name; case and accents are ignored"),
    )
    last_name = TextFilter(
        "last_name_folded",
        max_length=150,
        help_text=_("Part of the name; case and accents are ignored"),
    )
    distance = KilometresFilter(
        method="filter_distance",
        help_text=_("Kilometres from your location; nearest first"),
    )
    liked = StrictBooleanFilter(method="filter_liked", help_text=_("Members you like"))
    liked_me = StrictBooleanFilter(
        method="filter_liked_me", help_text=_("Members who like you")
    )
    matched = StrictBooleanFilter(
        method="filter_matched", help_text=_("Members you have a match with")
    )
    in_bbox = BoxFilter(
        method="filter_box", help_text=_("west,south,east,north in degrees")
    )

    class Meta:
        model = Member
        fields: list[str] = []

    def filter_distance(
        self, queryset: MemberQuerySet, name: str, value: Any
    ) -> MemberQuerySet:
        return queryset  # more than a condition: see nearest

    def filter_liked(
        self, queryset: MemberQuerySet, name: str, value: bool
    ) -> MemberQuerySet:
        return self._keep(queryset, liked_by(VIEWER), value)

    def filter_liked_me(
        self, queryset: MemberQuerySet, name: str, value: bool
    ) -> MemberQuerySet:
        return self._keep(queryset, who_like(VIEWER), value)

    def filter_matched(
        self, queryset: MemberQuerySet, name: str, value: bool
    ) -> MemberQuerySet:
        return self._keep(queryset, matched_with(VIEWER), value)

    def filter_box(
        self, queryset: MemberQuerySet, name: str, value: Any
    ) -> MemberQuerySet:
        return queryset.in_box(value)

    @staticmethod
    def _keep(queryset: MemberQuerySet, rule: Q, value: bool) -> MemberQuerySet:
        return queryset.filter(rule if value else ~rule)
