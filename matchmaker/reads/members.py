"""What others see of a member: the list, and one profile."""

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
from project.lib.reads.geojson import kilometres_sql, point_sql
from project.lib.reads.keyset import KeysetList, capped_rows, sorted_rows
from project.lib.reads.lists import Parts
from project.lib.reads.pages import wants_geojson
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Statement


class PublicProfile(Answer):
    """What others see of a member; on a map at the public point."""

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

    geometry = point_sql("public_location")

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "first_name": display_name_sql(row),
            "avatar": media_sql(f"{row}.avatar"),
            "distance_km": kilometres_sql(f"{row}.distance_m"),
        }


PublicProfileFeature = feature_of(PublicProfile)


def _latest_first(name: str, column: str) -> Order:
    # By id, which is in a cursor for all to read: an instant would tell more.
    return Order(name, [Key(F(column), "bigint")], descending=True)


NEWEST_FIRST = _latest_first("newest", "id")
# By filter, the first that is asked for: the order of what it keeps, and the verb that
# keeps that too but brings the order's key with it.
LATEST_FIRST = {
    "matched": (_latest_first("matched", "match_id"), MemberQuerySet.matched_with),
    "liked": (_latest_first("liked", "like_given__id"), MemberQuerySet.liked_by),
    "liked_me": (_latest_first("liked_me", "like_got__id"), MemberQuerySet.who_like),
}


@dataclass(frozen=True)
class MemberValues:
    """What the list of members is run with; `radius_m` without `distance` is 0."""

    query: KeysetQuery
    viewer: Viewer
    radius_m: float


class Members(KeysetList[MemberValues]):
    """Members whom the viewer may see.

    Nearest first with `distance`; else the latest match or like first, if they are
    asked for; else newest first.
    """

    filterset = MemberFilter
    answer = PublicProfile

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

    def variant(self, values: MemberValues) -> bool:
        return nearest.is_far(values)

    def order(self, choice: Choice) -> Order:
        if "distance" in choice:
            return nearest.ORDER
        return next((LATEST_FIRST[name][0] for name in _latest(choice)), NEWEST_FIRST)

    def parts(self, choice: Choice, is_far: bool, forward: bool | None) -> Parts:
        everyone = Member.objects.visible_to(VIEWER).others(VIEWER)
        members = MemberFilter.narrow(everyone, choice)
        if "distance" in choice:
            return nearest_parts(members, is_far, forward)
        keyed = members
        for name in _latest(choice):
            _order, verb = LATEST_FIRST[name]
            keyed = verb(MemberFilter.narrow(everyone, choice.without(name)), VIEWER)
        rows = public_columns(keyed, distance_from(ORIGIN))
        return Parts(
            sorted_rows(rows, self.order(choice), forward), capped_rows(members)
        )


MEMBERS = Members()


def nearest_parts(members: MemberQuerySet, is_far: bool, forward: bool | None) -> Parts:
    """Public profiles of `members` in the circle, nearest to the viewer first."""
    # Without the filters, which all of them have passed.
    chosen = Member.objects.filter(pk=nearest.CHOSEN_ID)
    columns = public_columns(chosen, nearest.DISTANCE_M)
    return nearest.parts(members, columns, is_far=is_far, forward=forward)


def public_columns(members: MemberQuerySet, distance_m: Expression) -> Any:
    """The columns that PublicProfile reads, and no others."""
    return (
        members.with_liked_by(VIEWER)
        .annotate(distance_m=distance_m)
        .values(
            "id", "first_name", "last_name", "gender", "avatar", "public_location",
            "distance_m", "liked",
        )
    )  # fmt: skip


def read_profile(request: MemberRequest, member_id: int) -> str | None:
    """JSON text of one public profile, or None when the viewer may not know of it."""
    return read_row(_profile_statement(wants_geojson(request)), request, member_id)


@cache
def _profile_statement(as_geojson: bool) -> Statement[ViewedRow]:
    member = Member.objects.visible_to(VIEWER).filter(pk=ROW_ID)
    columns = public_columns(member, distance_from(ORIGIN))
    return one_statement(columns, PublicProfile, as_geojson)


def _latest(choice: Choice) -> list[str]:
    """Of the filters in LATEST_FIRST the one whose order it is, if there is one."""
    return [name for name in LATEST_FIRST if (name, True) in choice.filters][:1]
