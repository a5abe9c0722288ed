"""Tiles of members: the counts of those whom the viewer may see, in their cells."""

from itertools import product
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from matchmaker import services
from matchmaker.models import Block, Cell, CellChange, Like, Match, Member, MemberSquare
from tests.factories import MemberFactory
from tests.tiles import NORTH_END, read, tile_at, total, url_of

LIST = "/api/clients/"
HERE, BESIDE, THERE = (30.32, 59.94), (30.37, 59.95), (-71.06, 42.36)
ZOOMS = (0, 1, 5, 10, 11, 12, 14, 22)
# All that tiles show, as a box of the list.
ALL = f"-180,{-NORTH_END},180,{NORTH_END}"


@pytest.fixture
def world(ann) -> dict[str, Member]:
    """Members all over the earth, some of whom `ann` may not see."""
    places = [HERE, HERE, BESIDE, THERE, (179.9999, -17), (-179.9999, -17), (0, 0)]
    for lon, lat in places:
        MemberFactory(lon=lon, lat=lat, first_name="Eve", gender="female")
    MemberFactory(lon=10, lat=86)  # beyond the tiles
    MemberFactory(lon=0, lat=-90)
    MemberFactory(lon=20, lat=85.04, first_name="Nora")
    MemberFactory()  # nowhere
    MemberFactory(lon=HERE[0], lat=HERE[1], is_active=False)
    MemberFactory(lon=HERE[0], lat=HERE[1], visibility="hidden", first_name="Eve")
    blocked = {name: MemberFactory(lon=lon, lat=lat, first_name=name)
               for name, (lon, lat) in {"by": HERE, "of": THERE}.items()}  # fmt: skip
    Block.objects.create(from_member=ann, to_member=blocked["by"])
    Block.objects.create(from_member=blocked["of"], to_member=ann)
    return blocked


def listed(client, **query: Any) -> int:
    return client.get(LIST, {"in_bbox": ALL, **query}).json()["count"]


@pytest.mark.parametrize("is_added_up", [False, True])
@pytest.mark.parametrize("z", ZOOMS)
def test_counts_are_those_of_the_list(world, ann, signed_in, z, is_added_up):
    if is_added_up:
        services.add_up_cell_changes()
    hidden = Member.objects.get(visibility="hidden")
    viewers = [ann, *world.values(), MemberFactory(), hidden]

    for client, expected in zip(
        map(signed_in, viewers), (8, 9, 9, 11, 11), strict=True
    ):
        assert total(client, "members", z) == listed(client) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"gender": "female"},
        {"first_name": "nora"},
        {"distance": 10},
        {"distance": 20_000},
        {"liked": "true"},
        {"liked_me": "false"},
        {"matched": "true", "gender": "female"},
        {"bbox": "179,-20,-179,0"},
    ],
    ids=str,
)
@pytest.mark.parametrize("z", [0, 7, 12, 17])
def test_filters_are_the_lists(world, ann, as_ann, z, query):
    eve, other = Member.objects.filter(first_name="Eve").order_by("id")[:2]
    for one, its in ((ann, eve), (eve, ann), (ann, other)):
        Like.objects.create(from_member=one, to_member=its)
    Match.objects.create(first_member=ann, second_member=eve)
    services.add_up_cell_changes()
    inside = {} if "bbox" in query else {"in_bbox": ALL}

    count = as_ann.get(LIST, {**inside, **query}).json()["count"]

    assert total(as_ann, "members", z, **query) == count > 0


def test_cells_are_shown_at_their_own_points(world, as_ann):
    found = {}
    for lon, lat in (HERE, BESIDE, (179.9999, -17), (-179.9999, -17), (20, 85.04)):
        point = Cell.objects.get(
            pk=Member.objects.filter(cell=cell_at(lon, lat))[0].cell
        ).point
        (feature,) = read(as_ann, "members", *tile_at(point.x, point.y, 22))
        assert feature.shown == {"count": feature.count}
        assert (feature.lon, feature.lat) == pytest.approx(
            (point.x, point.y), abs=2e-7
        )  # 1.9 cm
        found[lon] = feature.count

    # Of the three in the middle of the city, one is blocked.
    assert [*found.values()] == [2, 1, 1, 1, 1]


def cell_at(lon: float, lat: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public_cell(ST_MakePoint(%s, %s)::geography)", [lon, lat]
        )
        return cursor.fetchone()[0]


def test_cluster_is_at_the_mean_of_its_cells(ann, as_ann):
    for lon, times in ((30.3, 1), (30.9, 3)):
        MemberFactory.create_batch(times, lon=lon, lat=0.001)
    MemberFactory(lon=31.5, lat=0.001, is_active=False)
    services.add_up_cell_changes()

    (cluster,) = read(as_ann, "members", *tile_at(30.6, 0.001, 5))

    cells = Cell.objects.values_list("members", "point")
    points = {members: point for members, point in cells if point.y < 1}  # not Ann's
    assert cluster.count == 4
    assert cluster.lon == pytest.approx((points[1].x + 3 * points[3].x) / 4, abs=0.003)


def test_tiles_follow_at_once(ann, as_ann):
    eve = MemberFactory(lon=HERE[0], lat=HERE[1])
    seen = []

    def look() -> None:
        for z, (lon, lat) in product((0, 11, 12), (HERE, THERE)):
            tile = tile_at(*lon_lat_of(lon, lat), z)
            seen.append(sum(each.count for each in read(as_ann, "members", *tile)))

    def change(**fields: Any) -> None:
        services.add_up_cell_changes()
        Member.objects.filter(pk=eve.pk).update(**fields)
        look()

    look()
    change(location=Point(*THERE, srid=4326))
    for left, come_back in (
        ({"is_active": False}, {"is_active": True}),
        ({"visibility": "hidden"}, {"visibility": "everyone"}),
    ):
        change(**left)
        change(**come_back)
    Block.objects.create(from_member=eve, to_member=ann)
    look()
    Block.objects.all().delete()
    change(location=None)

    here, there, nowhere = [1, 1, 1, 0, 1, 0], [1, 1, 0, 1, 0, 1], [0] * 6
    assert seen == [
        *here, *there, *nowhere, *there, *nowhere, *there, *nowhere, *nowhere
    ]  # fmt: skip


def lon_lat_of(lon: float, lat: float) -> tuple[float, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p::geometry), ST_Y(p::geometry)"
            " FROM public_point(ST_MakePoint(%s, %s)::geography) p", [lon, lat]
        )  # fmt: skip
        return cursor.fetchone()


def test_squares_are_right_after_any_changes(db):
    for round_ in range(3):
        for number in range(30):
            MemberFactory(lon=number * 11 % 360 - 180, lat=number * 5.9 - 88)
        services.add_up_cell_changes()
        moved = Member.objects.all()[round_ :: 2 + round_]
        for member in moved:
            member.location = Point(
                member.location.y, member.location.x / 2.1, srid=4326
            )
            member.save()
        Member.objects.filter(pk__in=[m.pk for m in moved[::3]]).delete()
    services.add_up_cell_changes()

    assert not CellChange.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        assert cursor.fetchall() == []
    assert MemberSquare.objects.filter(number__gt=1).exists()


# Squares whose sums are not those of the cells within.
WRONG = """
SELECT id FROM matchmaker_membersquare square
FULL JOIN (
    SELECT (level::bigint << 32) + (square >> (62 - 2 * level)) AS id,
           sum(members) AS number, sum(members * gather_bits(square)) AS x,
           sum(members * gather_bits(square >> 1)) AS y
    FROM matchmaker_cell, generate_series(4, 14, 2) level
    WHERE square IS NOT NULL GROUP BY 1
) counted USING (id)
WHERE coalesce(
    (square.number, square.x, square.y) <> (counted.number, counted.x, counted.y),
    coalesce(square.number, counted.number) <> 0
)
"""


def test_distance_needs_a_location(signed_in, db):
    client = signed_in(MemberFactory())

    response = client.get(url_of("members", 0, 0, 0), {"distance": 5})

    assert response.status_code == 400
    assert [*response.json()] == ["distance"]
