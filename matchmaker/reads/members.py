"""Members as others see them: the list, and one profile."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F
from django.db.models.expressions import Expression
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.authentication import MemberRequest
from matchmaker.display_names import DisplayNameField, display_name_sql
from matchmaker.models import Gender, Member
from matchmaker.querysets import MemberQuerySet, distance_from
from matchmaker.reads import nearest
from matchmaker.reads.filters import MemberFilter
from matchmaker.viewer import (
    ORIGIN,
    ROW_ID,
    VIEWER,
    ViewedRow,
    Viewer,
    media_sql,
    read_row,
)
from project.lib.reads.answers import Answer, Sql, feature_of, one_statement
from project.lib.reads.cursors import Key, KeysetQuery, Order
from project.lib.reads.geojson import kilometres_sql
from project.lib.reads.keyset import KeysetList, capped_rows, sorted_rows
from project.lib.reads.lists import Parts
from project.lib.reads.pages import wants_geojson
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Statement


class PublicProfile(Answer):
    """A member's public profile; on a map, it is at the public point."""

    id = serializers.IntegerField()
    first_name = DisplayNameField()
    last_name = serializers.CharField(allow_blank=True)
    gender = serializers.ChoiceField(["", *Gender.values])
    avatar = serializers.URLField(allow_null=True)
    distance_km = serializers.FloatField(
        allow_null=True,
        help_text=_("From your location to the member's public point"),
    )
    liked = serializers.BooleanField(help_text=_("Whether you like the member"))

    point = "public_location"

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "first_name": display_name_sql(row),
            "avatar": media_sql(f"{row}.avatar"),
            "distance_km": kilometres_sql(f"{row}.distance_m"),
        }


PublicProfileFeature = feature_of(PublicProfile)


def _latest_first(name: str, column: str) -> Order:
    # By id: cursors are readable, and an instant would reveal more.
    return Order(name, [Key(F(column), "bigint")], descending=True)


NEWEST_FIRST = _latest_first("newest", "id")
# For the first of these filters that is used: the order of its members, and the
# queryset method that filters alike and adds the order's key.
LATEST_FIRST = {
    "matched": (_latest_first("matched", "match_id"), MemberQuerySet.matched_with),
    "liked": (_latest_first("liked", "like_given__id"), MemberQuerySet.liked_by),
    "liked_me": (_latest_first("liked_me", "like_got__id"), MemberQuerySet.who_like),
}


@dataclass(frozen=True)
class MemberValues:
    """Values of the list of members; without `distance`, `radius_m` is 0."""

    query: KeysetQuery
    viewer: Viewer
    radius_m: float


class Members(KeysetList[MemberValues]):
    """The list of members whom the viewer may see.

    With `distance`, nearest first; otherwise the latest match or like first if filtered
    by them; otherwise newest first.
    """

    filterset = MemberFilter
    answer = PublicProfile
    title = "members"

    def unmet(self, request: MemberRequest) -> dict[str, Any]:
        if request.user.location is not None or not request.query_params.get(
            "distance"
        ):
            return {}
        message = _("Set your location first; distance is measured from it.")
        return {"distance": [message]}

    def values(self, request: MemberRequest, query: KeysetQuery) -> MemberValues:
        radius_m = float(query.given.get("distance", 0)) * 1000
        return MemberValues(query, Viewer.of(request), radius_m)

    def order(self, choice: Choice) -> Order:
        if "distance" in choice:
            return nearest.ORDER
        return next((LATEST_FIRST[name][0] for name in _latest(choice)), NEWEST_FIRST)

    def everyone(self, choice: Choice) -> MemberQuerySet:
        """Return the members whom the list shows without its filters.

        One's own matches, and the likes given and got, include hidden members whom the
        viewer knows.
        """
        members: MemberQuerySet = Member.objects.others(VIEWER)
        if _latest(choice):
            return members.known_to(VIEWER)
        return members.visible_to(VIEWER)

    def parts(self, choice: Choice, variant: None, forward: bool | None) -> Parts:
        everyone = self.everyone(choice)
        members = self.filterset.narrow(everyone, choice)
        if "distance" in choice:
            has_filters = len(choice.filters) > 1
            return nearest_parts(members, forward, has_filters=has_filters)
        keyed = members
        for name in _latest(choice):
            _order, verb = LATEST_FIRST[name]
            others = self.filterset.narrow(everyone, choice.without(name))
            keyed = verb(others, VIEWER)
        rows = public_columns(keyed, distance_from(ORIGIN))
        return Parts(
            sorted_rows(rows, self.order(choice), forward), capped_rows(members)
        )


MEMBERS = Members()


def nearest_parts(
    members: MemberQuerySet, forward: bool | None, *, has_filters: bool
) -> Parts:
    """Return public profiles of `members` in the circle, nearest first."""
    # Without the filters, which these members have already passed.
    chosen = Member.objects.filter(pk=nearest.CHOSEN_ID)
    columns = public_columns(chosen, nearest.DISTANCE_M)
    return nearest.parts(members, columns, forward=forward, has_filters=has_filters)


def public_columns(members: MemberQuerySet, distance_m: Expression) -> Any:
    """Select only the columns that PublicProfile reads."""
    return (
        members.with_liked_by(VIEWER)
        .annotate(distance_m=distance_m)
        .values(
            "id", "first_name", "last_name", "gender", "avatar", "public_location",
            "distance_m", "liked",
        )
    )  # fmt: skip


def read_profile(request: MemberRequest, member_id: int) -> str | None:
    """Return one public profile as JSON text, or None if hidden from the viewer."""
    statement = _profile_statement(wants_geojson(request), is_listed=False)
    return read_row(statement, request, member_id)


def read_listed(request: MemberRequest, member_id: int) -> str | None:
    """Return the same of a member whom lists show to the viewer, or None."""
    statement = _profile_statement(wants_geojson(request), is_listed=True)
    return read_row(statement, request, member_id)


@cache
def _profile_statement(as_geojson: bool, *, is_listed: bool) -> Statement[ViewedRow]:
    members = Member.objects
    shown: Any = members.visible_to(VIEWER) if is_listed else members.known_to(VIEWER)
    columns = public_columns(shown.filter(pk=ROW_ID), distance_from(ORIGIN))
    return one_statement(columns, PublicProfile, as_geojson)


def _latest(choice: Choice) -> list[str]:
    """Return the filter in LATEST_FIRST that decides the order, if any."""
    return [name for name in LATEST_FIRST if (name, True) in choice.filters][:1]
