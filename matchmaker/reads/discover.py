"""Whom a member may want to meet: suiting, near, and not judged yet."""

from functools import lru_cache
from typing import Any, Unpack

from django.db.models import CharField, Q
from django.utils.translation import gettext_lazy as _

from matchmaker import constants
from matchmaker.authentication import MemberRequest
from matchmaker.models import LookingFor, Member
from matchmaker.querysets import MemberQuerySet
from matchmaker.reads import nearest
from matchmaker.reads.filters import VIEWER
from matchmaker.reads.members import (
    NEAREST_FIRST,
    PageShape,
    nearest_page,
    page_shape,
    viewer_values,
)
from project.lib.reads.filters import KilometresFilter
from project.lib.reads.keyset import Order, Page, PageStatement
from project.lib.reads.pages import PagedFilterSet
from project.lib.reads.statements import Param


class DiscoverFilter(PagedFilterSet):
    max_km = KilometresFilter(help_text=_("Kilometres from the caller's location"))

    class Meta:
        model = Member
        fields: list[str] = []


def read_page(request: MemberRequest) -> tuple[Page, Order]:
    """The page of members to discover, nearest first.

    Raises ValidationError, also without an own location, and CursorInvalid.
    """
    viewer = request.user
    unmet: dict[str, Any] = {}
    if viewer.location is None:
        unmet["location"] = [_("Set your own location first.")]
    given = DiscoverFilter.read(request.query_params, unmet)
    cursor, shape = page_shape(request, given, NEAREST_FIRST)
    radius_m = float(given.get("max_km", constants.ANYWHERE_KM)) * 1000
    page = _page_statement(
        is_choosy=viewer.looking_for != LookingFor.ANY,
        is_far=radius_m >= nearest.FAR_M,
        **shape,
    )
    values = {
        **viewer_values(request),
        "radius_m": radius_m,
        "looking_for": viewer.looking_for,
        "gender": viewer.gender,
    }
    return page.read(values, cursor), NEAREST_FIRST


@lru_cache
def _page_statement(
    *, is_choosy: bool, is_far: bool, **shape: Unpack[PageShape]
) -> PageStatement:
    """`is_choosy`: the viewer looks for one gender."""
    return nearest_page(_discoverable(is_choosy), is_far=is_far, **shape)


def _discoverable(is_choosy: bool) -> MemberQuerySet:
    members: Any = Member.objects.visible_to(VIEWER).others(VIEWER)
    members = members.unjudged_by(VIEWER).filter(
        Q(looking_for=LookingFor.ANY) | Q(looking_for=Param("gender", CharField()))
    )
    if is_choosy:
        members = members.filter(gender=Param("looking_for", CharField()))
    return members
