"""The list of members to discover: suiting, near, neither liked nor passed on."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import CharField, Q
from django.utils.translation import gettext_lazy as _

from matchmaker import constants
from matchmaker.authentication import MemberRequest
from matchmaker.models import LookingFor, Member
from matchmaker.reads import nearest
from matchmaker.reads.members import MemberValues, PublicProfile, nearest_parts
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.cursors import KeysetQuery, Order
from project.lib.reads.filters import KilometresFilter
from project.lib.reads.keyset import KeysetList
from project.lib.reads.lists import Parts
from project.lib.reads.parameters import Choice, KeysetFilterSet
from project.lib.reads.statements import Param

# With a name of its own, so that cursors of the list of members are refused.
NEAREST_FIRST = replace(nearest.ORDER, name="discover")


class DiscoverFilter(KeysetFilterSet):
    max_km = KilometresFilter(help_text=_("Kilometres from your location"))

    class Meta:
        model = Member
        fields: list[str] = []


@dataclass(frozen=True)
class DiscoverValues(MemberValues):
    """Values of the discover list; `gender`, `looking_for`: the viewer's own."""

    gender: str
    looking_for: str


GENDER = Param[DiscoverValues](lambda values: values.gender, CharField())
LOOKING_FOR = Param[DiscoverValues](lambda values: values.looking_for, CharField())


class Discover(KeysetList[DiscoverValues]):
    """The list of members to discover, nearest first.

    Members who hide are discovered by those whom they like, so that they may match.
    """

    filterset = DiscoverFilter
    answer = PublicProfile
    title = "discover"

    def unmet(self, request: MemberRequest) -> dict[str, Any]:
        if request.user.location is not None:
            return {}
        return {"location": [_("Set your location first.")]}

    def values(self, request: MemberRequest, query: KeysetQuery) -> DiscoverValues:
        viewer = request.user
        radius_m = float(query.given.get("max_km", constants.ANYWHERE_KM)) * 1000
        return DiscoverValues(
            query, Viewer.of(request), radius_m, viewer.gender, viewer.looking_for
        )

    def variant(self, values: DiscoverValues) -> bool:
        return values.looking_for != LookingFor.ANY

    def order(self, choice: Choice) -> Order:
        return NEAREST_FIRST

    def parts(self, choice: Choice, is_choosy: bool, forward: bool | None) -> Parts:
        members: Any = Member.objects.discoverable_by(VIEWER).others(VIEWER)
        members = members.unjudged_by(VIEWER).filter(
            Q(looking_for=LookingFor.ANY) | Q(looking_for=GENDER)
        )
        if is_choosy:
            members = members.filter(gender=LOOKING_FOR)
        return nearest_parts(members, forward, has_filters=True)


DISCOVER = Discover()
