"""What others see of a member: the page of a list, and one profile."""

from collections.abc import Mapping
from functools import cache, lru_cache, partial
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import BigIntegerField, F
from django.db.models.expressions import Expression

from matchmaker import nearest
from matchmaker.authentication import MemberRequest
from matchmaker.filters import VIEWER, MemberFilter
from matchmaker.models import Member
from matchmaker.nearest import ORIGIN
from matchmaker.querysets import MemberQuerySet, distance_from
from project.lib.geo import LonLat
from project.lib.geojson import Shape, one_statement, point_sql, write_one
from project.lib.lists import PAGE_SIZE, Choice, wants_geojson
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

# By id, which says nothing that the profile does not say too, as the instant would.
NEWEST_FIRST = Order("newest", [Key(F("id"), "bigint")], descending=True)
NEAREST_FIRST = nearest.ORDER

# A public profile (contract, section 2); its geometry is the public point.
PUBLIC = Shape(
    properties={
        "first_name": "p.first_name",
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

    Nearest first with `distance`, else newest first. Raises ValidationError and
    CursorInvalid.
    """
    given = MemberFilter.read_for(request.user, request.query_params)
    choice, values = MemberFilter.choose(given)
    order = NEAREST_FIRST if "distance" in choice else NEWEST_FIRST
    cursor = Cursor.parse(given["cursor"], order) if "cursor" in given else None
    radius_m = float(given.get("distance", 0)) * 1000
    page = _page_statement(
        choice,
        forward=cursor.forward if cursor else None,
        size=int(given.get("page_size", PAGE_SIZE)),
        as_geojson=wants_geojson(request),
        has_origin=request.user.location is not None,
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


def viewer_values(request: MemberRequest) -> Mapping[str, Any]:
    location = request.user.location
    return {
        "viewer": request.user.pk,
        "origin": LonLat.of(location).ewkt if location else None,
        "media": request.build_absolute_uri(_media_prefix()),
    }


@lru_cache(maxsize=1024)
def _page_statement(
    choice: Choice,
    *,
    forward: bool | None,
    size: int,
    as_geojson: bool,
    has_origin: bool,
) -> PageStatement:
    everyone = Member.objects.visible_to(VIEWER).others(VIEWER)
    members = MemberFilter.narrow(everyone, choice)
    compiled = partial(
        PageStatement.compile,
        forward=forward,
        size=size,
        shape=PUBLIC,
        as_geojson=as_geojson,
    )
    if "distance" in choice:
        chosen = members.filter(pk=nearest.CHOSEN_ID)
        columns = _public_columns(chosen, nearest.DISTANCE_M)
        return compiled(
            *nearest.compile_nearest(members, columns, forward=forward, size=size),
            order=NEAREST_FIRST,
        )
    columns = _public_columns(members, distance_from(ORIGIN if has_origin else None))
    return compiled(
        sorted_rows(columns, NEWEST_FIRST, forward=forward, size=size),
        counted_rows(members),
        order=NEWEST_FIRST,
    )


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
