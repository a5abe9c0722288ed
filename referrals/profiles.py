"""What members read of their own invitations, in the shapes of two documents."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import phonenumbers
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, F, OuterRef, Subquery

from matchmaker.authentication import MemberRequest
from matchmaker.filters import VIEWER
from matchmaker.models import Member
from project.lib.geojson import Shape, one_statement, write_one
from project.lib.lists import PAGE_SIZE, PagedFilterSet
from project.lib.pages import (
    Cursor,
    Key,
    Order,
    Page,
    PageStatement,
    counted_rows,
    sorted_rows,
)
from project.lib.prepared import Param, Statement
from referrals import constants
from referrals.models import InviteCode, Referral

ID = Param("id", BigIntegerField())
NEWEST_FIRST = Order("profiles", [Key(F("id"), "bigint")], descending=True)


class PagingOnly(PagedFilterSet):
    class Meta:
        model = Member
        fields: list[str] = []


@dataclass(frozen=True)
class PlainShape(Shape):
    """A shape that is JSON only, and calls the id as it likes."""

    geometry: str = "NULL"

    def sql(self, as_geojson: bool) -> str:
        pairs = (f"'{name}', {text}" for name, text in self.properties.items())
        return f"json_build_object({', '.join(pairs)})"


def read_voting_profile(member_id: int, viewer: Member | None) -> str | None:
    """JSON text of a profile with numbers as one types them; None without the member.

    Of whom the member has invited those are in it whom `viewer` may know of, all for
    None (staff), as far as they have a number.
    """
    return _read(_voting_statement(country_code(), viewer is None), member_id, viewer)


def read_e164_profile(member_id: int, viewer: Member | None) -> str | None:
    """The same with all numbers in E.164."""
    return _read(_e164_statement(viewer is None), member_id, viewer)


def read_voting_page(request: MemberRequest) -> Page:
    """All members' profiles, the newest first: for staff.

    Raises ValidationError and CursorInvalid.
    """
    given = PagingOnly.read(request.query_params)
    cursor = Cursor.parse(given["cursor"], NEWEST_FIRST) if "cursor" in given else None
    forward, size = cursor and cursor.forward, int(given.get("page_size", PAGE_SIZE))
    return _page_statement(country_code(), forward, size).read({}, cursor)


def country_code() -> int:
    """Of the service's own numbers, which need none: 7 for RU."""
    return phonenumbers.country_code_for_region(settings.PHONE_REGION)


def _read(statement: Statement, member_id: int, viewer: Member | None) -> str | None:
    return write_one(statement, {"id": member_id, "viewer": viewer and viewer.pk})


@cache
def _voting_statement(country: int, is_for_staff: bool) -> Statement:
    member = Member.objects.filter(pk=ID)
    columns = _columns(member, None if is_for_staff else VIEWER)
    return one_statement(columns, _voting_shape(country), as_geojson=False)


@cache
def _e164_statement(is_for_staff: bool) -> Statement:
    member = Member.objects.filter(pk=ID)
    columns = _columns(member, None if is_for_staff else VIEWER)
    return one_statement(columns, _E164_SHAPE, as_geojson=False)


@lru_cache(maxsize=256)
def _page_statement(country: int, forward: bool | None, size: int) -> PageStatement:
    everyone = Member.objects.all()
    columns = _columns(everyone, None)
    return PageStatement.compile(
        sorted_rows(columns, NEWEST_FIRST, forward=forward, size=size),
        counted_rows(everyone),
        order=NEWEST_FIRST,
        forward=forward,
        size=size,
        row=_voting_shape(country),
        as_geojson=False,
    )


def _columns(members: Any, viewer: Param | None) -> Any:
    """The columns that the shapes read; `invited` are numbers, the latest first."""
    invited = Referral.objects.by(OuterRef("pk"))
    if viewer is not None:
        invited = invited.visible_to(viewer)
    numbers = invited.exclude(invited__phone_number=None)
    latest = numbers.values("invited__phone_number")[: constants.INVITED_SHOWN_MAX]
    live = InviteCode.objects.live().filter(member=OuterRef("pk"))
    mine = Referral.objects.filter(pk=OuterRef("pk"))
    return members.annotate(
        invite_code=Subquery(live.values("code")),
        activated=Subquery(mine.values("code")),
        invited=ArraySubquery(latest),
    ).values("id", "phone_number", "invite_code", "activated", "invited")


_INVITED = """(
    SELECT coalesce(json_agg({} ORDER BY place), '[]')
    FROM unnest(p.invited) WITH ORDINALITY AS invited (phone, place)
)"""

_E164_SHAPE = PlainShape(
    {
        "phone_number": "p.phone_number",
        "invite_code": "p.invite_code",
        "activated_invite_code": "p.activated",
        "invited_users": _INVITED.format("json_build_object('phone_number', phone)"),
    }
)


def _voting_shape(country: int) -> PlainShape:
    # No country code is the beginning of another one.
    national = (
        f"CASE WHEN starts_with({{0}}, '+{country}')"
        f" THEN substr({{0}}, {len(str(country)) + 2}) ELSE {{0}} END"
    )
    return PlainShape(
        {
            "user_id": "p.id",
            "phone": national.format("p.phone_number"),
            "invite_code": "p.invite_code",
            "invitations": _INVITED.format(national.format("phone")),
            "activated_invite": "p.activated",
        }
    )
