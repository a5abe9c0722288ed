"""What others see of a member: the page of a list, and one profile."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, TypedDict, Unpack

from django.core.files.storage import default_storage
from django.db.models import BigIntegerField, F
from django.db.models.expressions import Expression

from matchmaker.authentication import MemberRequest
from matchmaker.display_names import display_name_sql
from matchmaker.models import Member
from matchmaker.querysets import MemberQuerySet, distance_from
from matchmaker.reads import nearest
from matchmaker.reads.filters import VIEWER, MemberFilter
from matchmaker.reads.nearest import ORIGIN
from project.lib.reads.geo import LonLat
from project.lib.reads.geojson import Shape, one_statement, point_sql, write_one
from project.lib.reads.keyset import (
    Cursor,
    Key,
    Order,
    Page,
    PageStatement,
    counted_rows,
    sorted_rows,
)
from project.lib.reads.pages import PAGE_SIZE, wants_geojson
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Param, Statement


def _latest_first(name: str, column: str) -> Order:
    # By id, which is in a cursor for all to read: an instant would tell more.
    return Order(name, [Key(F(column), "bigint")], descending=True)


NEAREST_FIRST = nearest.ORDER
NEWEST_FIRST = _latest_first("newest", "id")
# By filter, the first that is asked for: the order of what it keeps, and the verb that
# keeps that too but brings the order's key with it.
LATEST_FIRST = {
    "matched": (_latest_first("matched", "match_id"), MemberQuerySet.matched_with),
    "liked": (_latest_first("liked", "like_given__id"), MemberQuerySet.liked_by),
    "liked_me": (_latest_first("liked_me", "like_got__id"), MemberQuerySet.who_like),
}

# A public profile (contract, section 2); its geometry is the public point.
PUBLIC = Shape(
    properties={
        "first_name": display_name_sql("p"),
        "last_name": "p.last_name",
        "gender": "p.gender",
        "avatar": "%s || NULLIF(p.avatar, '')",
        # Metres: finer would be noise.
        "distance_km": "round((p.distance_m / 1000)::numeric, 3)",
        "liked": "p.liked",
    },
    geometry=point_sql("public_location"),
    params=[Param("media")],
)


def read_page(request: MemberRequest) -> tuple[Page, Order]:
    """The page of members that the request's parameters ask for.

    Nearest first with `distance`; else the latest match or like first, if they are
    asked for; else newest first. Raises ValidationError and CursorInvalid.
    """
    given = MemberFilter.read_for(request.user, request.query_params)
    choice, values = MemberFilter.choose(given)
    order = _order(choice)
    cursor, shape = page_shape(request, given, order)
    radius_m = float(given.get("distance", 0)) * 1000
    page = _page_statement(
        choice,
        has_origin=request.user.location is not None,
        is_far=radius_m >= nearest.FAR_M,
        **shape,
    )
    values |= viewer_values(request)
    values["radius_m"] = radius_m
    return page.read(values, cursor), order


def read_profile(request: MemberRequest, member_id: int) -> str | None:
    """JSON text of one public profile, or None when the viewer may not know of it."""
    statement = _profile_statement(
        wants_geojson(request), request.user.location is not None
    )
    return write_one(statement, {**viewer_values(request), "id": member_id})


class PageShape(TypedDict):
    """What of a page, beside its filters, shapes its statement."""

    forward: bool | None
    size: int
    as_geojson: bool


def page_shape(
    request: MemberRequest, given: Mapping[str, Any], order: Order
) -> tuple[Cursor | None, PageShape]:
    """The page that a list's parameters ask for. Raises CursorInvalid."""
    cursor = Cursor.parse(given["cursor"], order) if "cursor" in given else None
    return cursor, {
        "forward": cursor.forward if cursor else None,
        "size": int(given.get("page_size", PAGE_SIZE)),
        "as_geojson": wants_geojson(request),
    }


def viewer_values(request: MemberRequest) -> Mapping[str, Any]:
    location = request.user.location
    return {
        "viewer": request.user.pk,
        "origin": LonLat.of(location).ewkt if location else None,
        "media": request.build_absolute_uri(_media_prefix()),
    }


@lru_cache(maxsize=1024)
def _page_statement(
    choice: Choice, *, has_origin: bool, is_far: bool, **shape: Unpack[PageShape]
) -> PageStatement:
    everyone = Member.objects.visible_to(VIEWER).others(VIEWER)
    members = MemberFilter.narrow(everyone, choice)
    order = _order(choice)
    if order is NEAREST_FIRST:
        return nearest_page(members, is_far=is_far, **shape)
    keyed = members
    if order is not NEWEST_FIRST:
        _same_order, verb = LATEST_FIRST[order.name]
        others = MemberFilter.narrow(everyone, choice.without(order.name))
        keyed = verb(others, VIEWER)
    columns = _public_columns(keyed, distance_from(ORIGIN if has_origin else None))
    forward, size = shape["forward"], shape["size"]
    return PageStatement.compile(
        sorted_rows(columns, order, forward=forward, size=size),
        counted_rows(members),
        order=order,
        row=PUBLIC,
        **shape,
    )


def nearest_page(
    members: MemberQuerySet, *, is_far: bool, **shape: Unpack[PageShape]
) -> PageStatement:
    """Compile a page of public profiles, nearest to `origin` first, in `radius_m`.

    `is_far`: whether that will be nearest.FAR_M or more.
    """
    # Without the filters, which all of them have passed.
    chosen = Member.objects.filter(pk=nearest.CHOSEN_ID)
    columns = _public_columns(chosen, nearest.DISTANCE_M)
    forward, size = shape["forward"], shape["size"]
    return PageStatement.compile(
        *nearest.compile_nearest(
            members, columns, is_far=is_far, forward=forward, size=size
        ),
        order=NEAREST_FIRST,
        row=PUBLIC,
        **shape,
    )


def _order(choice: Choice) -> Order:
    if "distance" in choice:
        return NEAREST_FIRST
    latest = (o for n, (o, _) in LATEST_FIRST.items() if (n, True) in choice.filters)
    return next(latest, NEWEST_FIRST)


@cache
def _profile_statement(as_geojson: bool, has_origin: bool) -> Statement:
    member = Member.objects.visible_to(VIEWER).filter(pk=Param("id", BigIntegerField()))
    distance_m = distance_from(ORIGIN if has_origin else None)
    return one_statement(_public_columns(member, distance_m), PUBLIC, as_geojson)


def _public_columns(members: MemberQuerySet, distance_m: Expression) -> Any:
    """The columns that PUBLIC reads, and no others."""
    return (
        members.with_liked_by(VIEWER)
        .annotate(distance_m=distance_m)
        .values(
            "id", "first_name", "last_name", "gender", "avatar", "public_location",
            "distance_m", "liked",
        )
    )  # fmt: skip


@cache
def _media_prefix() -> str:
    """What the storage puts before a file's name in its URL.

    Storages whose URLs are signed one by one cannot be written by PostgreSQL; check
    matchmaker.E001 refuses them.
    """
    return default_storage.url("a").removesuffix("a")
