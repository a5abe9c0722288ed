"""The collection of members for OGC API - Features."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from matchmaker.authentication import MemberRequest
from matchmaker.display_names import display_name_of
from matchmaker.models import Member
from matchmaker.querysets import MemberQuerySet
from matchmaker.reads.filters import MemberFilter
from matchmaker.reads.members import Members, MemberValues, read_listed
from matchmaker.viewer import VIEWER, Viewer
from project.lib.ogc.collections import (
    Collection,
    Extent,
    ItemList,
    extent_statement,
    read_extent,
)
from project.lib.ogc.filters import ItemFilterSet
from project.lib.ogc.queryables import GEOMETRY
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Statement


class MemberItemFilter(ItemFilterSet, MemberFilter):
    distance = None  # type: ignore[assignment]  # django-filter: removes it


class MemberItems(ItemList[MemberValues], Members):
    """The list of members whom the viewer may see, at their public points."""

    filterset = MemberItemFilter
    queryable = {
        "id": F("id"),
        "first_name": display_name_of(F("first_name"), F("id")),
        "last_name": F("last_name"),
        "gender": F("gender"),
        GEOMETRY: F("public_location"),
    }

    def everyone(self, choice: Choice) -> MemberQuerySet:
        """Return no hidden member, whatever the filters: maps are for everybody."""
        members: MemberQuerySet = Member.objects.visible_to(VIEWER).others(VIEWER)
        return members


@dataclass(frozen=True)
class ViewerValues:
    viewer: Viewer


def read_member_extent(request: MemberRequest) -> Extent:
    """Return the extent of the public points where the viewer may see members."""
    return read_extent(_extent(), ViewerValues(Viewer.of(request)))


@cache
def _extent() -> Statement[Any]:
    members = Member.objects.visible_to(VIEWER).others(VIEWER)
    return extent_statement(members, "public_location")


MEMBERS = Collection(
    id="members",
    title=_("Members"),
    description=_("Members at their public points, never where they are exactly."),
    items=MemberItems(),
    read=read_listed,
    extent=read_member_extent,
)
