"""What others see of a member: the page of a list, and one profile."""

from functools import cache
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import F
from rest_framework.request import Request

from matchmaker.models import Member
from matchmaker.querysets import MemberQuerySet, distance_from
from project.lib.geo import LonLat, nearest_first
from project.lib.geojson import Shape, point_sql
from project.lib.pages import Cursor, Key, Order, Page, read_page

NEWEST_FIRST = Order(
    "newest",
    [Key(F("date_joined"), "timestamptz"), Key(F("id"), "bigint")],
    descending=True,
)


def nearest_first_from(origin: LonLat) -> Order:
    return Order(
        "nearest", [Key(distance_from(origin), "float8"), Key(F("id"), "bigint")]
    )


def page_of_profiles(
    members: MemberQuerySet,
    *,
    viewer: Member,
    order: Order,
    cursor: str | None,
    size: int,
    shape: Shape,
    as_geojson: bool,
) -> Page:
    """Read a page of public profiles. Raises CursorInvalid."""
    origin = origin_of(viewer)
    place = Cursor.parse(cursor, order) if cursor else None
    rows = members
    if origin and order is not NEWEST_FIRST and (place is None or place.forward):
        if place:
            rows = rows.filter(order.after(place.values, forward=True))
        rows = nearest_first(rows, "public_location", origin, size + 1)
    return read_page(
        members,
        with_public_columns(rows, viewer),
        order=order,
        cursor=place,
        size=size,
        shape=shape,
        as_geojson=as_geojson,
    )


def origin_of(viewer: Member) -> LonLat | None:
    """Where the viewer measures from: its own exact location."""
    return LonLat.of(viewer.location) if viewer.location else None


def with_public_columns(members: MemberQuerySet, viewer: Member) -> Any:
    """The columns that `public_shape` reads, and no others."""
    return (
        members.with_distance_from(origin_of(viewer))
        .with_liked_by(viewer)
        .values(
            "id", "first_name", "last_name", "gender", "avatar", "public_location",
            "distance_m", "liked",
        )
    )  # fmt: skip


def public_shape(request: Request) -> Shape:
    """A public profile (contract, section 2); its geometry is the public point."""
    return Shape(
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
        params=[request.build_absolute_uri(_media_prefix())],
    )


@cache
def _media_prefix() -> str:
    """What the storage puts before a file's name in its URL.

    Storages whose URLs are signed one by one cannot be written by PostgreSQL; check
    matchmaker.E001 refuses them.
    """
    return default_storage.url("a").removesuffix("a")
