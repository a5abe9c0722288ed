"""Whom a member has invited, page by page, as JSON text."""

from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, F

from matchmaker.authentication import MemberRequest
from matchmaker.display_names import display_name_sql
from matchmaker.models import Member
from matchmaker.reads.filters import VIEWER
from matchmaker.staff import may
from project.lib.reads.geojson import instant_sql
from project.lib.reads.keyset import (
    Cursor,
    Key,
    Order,
    Page,
    PageStatement,
    counted_rows,
    sorted_rows,
)
from project.lib.reads.pages import PAGE_SIZE
from project.lib.reads.statements import Param
from referrals import errors
from referrals.models import Referral
from referrals.reads.profiles import PagingOnly, PlainShape

REFERRER = Param("referrer", BigIntegerField())

LATEST_FIRST = Order(
    "referrals",
    [Key(F("activated_at"), "timestamptz"), Key(F("invited_id"), "bigint")],
    descending=True,
)

# Nothing else that is known of them is told, to the referrer either.
REFERRAL = PlainShape(
    {
        "id": "p.id",
        "first_name": display_name_sql("p"),
        "activated_at": instant_sql("p.activated_at"),
    }
)


def read_referrals(request: MemberRequest, referrer_id: int) -> Page:
    """Read the page of those whom the referrer has invited, the latest first.

    Anybody who may know of the referrer sees those of them that the caller may know
    of; staff who may view referrals see all. Raises Unknown for a referrer that the
    caller may not know of; ValidationError and CursorInvalid.
    """
    me = request.user
    if referrer_id != me.pk and not _known(me).filter(pk=referrer_id).exists():
        raise errors.Unknown
    given = PagingOnly.read(request.query_params)
    cursor = Cursor.parse(given["cursor"], LATEST_FIRST) if "cursor" in given else None
    page = _page_statement(
        is_for_staff=_sees_all(me),
        forward=cursor and cursor.forward,
        size=int(given.get("page_size", PAGE_SIZE)),
    )
    return page.read({"viewer": me.pk, "referrer": referrer_id}, cursor)


def _known(me: Member) -> Any:
    """Members whom the caller may know of."""
    members = Member.objects
    return members.all() if _sees_all(me) else members.visible_to(me)


def _sees_all(me: Member) -> bool:
    return may(me, "referrals.view_referral", "referrals.change_referral")


@lru_cache(maxsize=512)
def _page_statement(
    *, is_for_staff: bool, forward: bool | None, size: int
) -> PageStatement:
    referrals = Referral.objects.by(REFERRER)
    if not is_for_staff:
        referrals = referrals.visible_to(VIEWER)
    columns = referrals.values(
        "activated_at", id=F("invited_id"), first_name=F("invited__first_name")
    )
    return PageStatement.compile(
        sorted_rows(columns, LATEST_FIRST, forward=forward, size=size),
        counted_rows(referrals),
        order=LATEST_FIRST,
        forward=forward,
        size=size,
        row=REFERRAL,
        as_geojson=False,
    )
