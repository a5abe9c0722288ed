"""The grid of the privacy rule: contract, section 6."""

import math
import random

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import connection
from geographiclib.geodesic import Geodesic

from matchmaker.models import Anchor, Cell, Member
from tests.factories import MemberFactory

CELL_MIN_M = 1000


def cell_of(lon: float, lat: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public_cell(ST_MakePoint(%s, %s)::geography)", [lon, lat]
        )
        return cursor.fetchone()[0]


def public_point(lon: float, lat: float) -> tuple[float, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p::geometry), ST_Y(p::geometry) FROM"
            " (SELECT public_point(ST_MakePoint(%s, %s)::geography) p) q",
            [lon, lat],
        )
        return cursor.fetchone()


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0])["s12"]


def edges(lon: float, lat: float) -> tuple[float, float, float, float]:
    """West, south, east, north of the cell, found by asking, not by its formula."""
    own = cell_of(lon, lat)

    def last_inside(step_lon: float, step_lat: float) -> tuple[float, float]:
        inside, outside = 0.0, 1.0
        for _ in range(50):
            middle = (inside + outside) / 2
            if cell_of(lon + middle * step_lon, lat + middle * step_lat) == own:
                inside = middle
            else:
                outside = middle
        return lon + inside * step_lon, lat + inside * step_lat

    span = min(179.0, 0.03 / max(math.cos(math.radians(lat)), 1e-9))
    return (
        last_inside(-span, 0)[0],
        last_inside(0, -0.02)[1],
        last_inside(span, 0)[0],
        last_inside(0, 0.02)[1],
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lat", [0.003, -0.004, 23.456, -33.87, 45.001, 59.9391, 65.0, 78.2, -85.5, 89.5]
)
def test_cell_is_a_kilometre_wide_at_every_latitude(lat):
    west, south, east, north = edges(12.345, lat)
    poleward = north if lat > 0 else south

    width_m = metres((west, poleward), (east, poleward))
    height_m = metres((west, south), (west, north))

    assert width_m >= CELL_MIN_M
    assert height_m >= CELL_MIN_M
    assert height_m < 1200


@pytest.mark.django_db
def test_public_point_is_the_same_for_a_whole_cell_and_in_it():
    west, south, east, north = edges(30.3158, 59.9391)
    inside = random.Random(1)

    points = {
        public_point(inside.uniform(west, east), inside.uniform(south, north))
        for _ in range(200)
    }

    (point,) = points
    centre = ((west + east) / 2, (south + north) / 2)
    assert point == pytest.approx(centre, abs=1e-7)
    assert point == (round(point[0], 7), round(point[1], 7))


@pytest.mark.django_db
@pytest.mark.parametrize("lat", [0.0, 10.5, -41.3, 89.0])
def test_antimeridian_is_no_edge_of_its_own(lat):
    assert cell_of(180, lat) == cell_of(-180, lat)
    assert cell_of(179.9999999, lat) != cell_of(-179.9999999, lat)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lat", "pole"), [(89.995, 90.0), (90, 90.0), (-89.991, -90.0)]
)
def test_pole_is_one_round_cell(lat, pole):
    points = {public_point(lon, lat) for lon in (-180, -90, 0, 45.5, 180)}

    assert points == {(0.0, pole)}


@pytest.mark.django_db
def test_public_point_is_close_for_random_places():
    rng = random.Random(2)
    for _ in range(500):
        lon = rng.uniform(-180, 180)
        lat = math.degrees(math.asin(rng.uniform(-1, 1)))

        assert metres((lon, lat), public_point(lon, lat)) < 1300


@pytest.mark.django_db
def test_database_derives_the_public_point_on_every_path(ann):
    Member.objects.filter(pk=ann.pk).update(location=Point(37.6176, 55.7558, srid=4326))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matchmaker_member SET location ="
            " ST_MakePoint(-0.1276, 51.5072)::geography WHERE id = %s",
            [ann.pk],
        )

    moved = Member.objects.get(pk=ann.pk)

    assert moved.public_location.coords == pytest.approx(public_point(-0.1276, 51.5072))
    assert moved.public_location.coords != moved.location.coords
    assert Cell.objects.filter(pk=moved.cell).exists()


@pytest.mark.django_db
def test_cells_know_every_place_after_bulk_inserts_and_moves():
    Member.objects.bulk_create(
        Member(email=f"b{i}@example.com", location=Point(i / 7, i / 11, srid=4326))
        for i in range(100)
    )
    Member.objects.filter(email="b7@example.com").update(location=None)

    missing = Member.objects.filter(cell__isnull=False).exclude(
        cell__in=Cell.objects.values("pk")
    )

    assert Member.objects.filter(cell__isnull=False).count() == 99
    assert not missing.exists()
    for cell in Cell.objects.all():
        member = Member.objects.filter(cell=cell.pk).first()
        assert member is None or member.public_location.coords == cell.point.coords


def test_member_without_location_has_no_public_point(db):
    member = Member.objects.get(pk=MemberFactory().pk)

    assert member.public_location is None
    assert member.cell is None


# 56 m apart, with an edge of two cells in the middle; and 6 km further north.
HOME, BESIDE, AWAY = (30.31, 59.93975), (30.31, 59.94025), (30.31, 59.9975)
DEGREES_A_M = 1 / 111_400  # of latitude, here


def north(place: tuple[float, float], metres: float) -> tuple[float, float]:
    return place[0], place[1] + metres * DEGREES_A_M


@pytest.fixture
def eve(db) -> Member:
    return MemberFactory(lon=HOME[0], lat=HOME[1])


def put(member: Member, *places: tuple[float, float] | None) -> Member:
    """At one place after the other, by a bulk update; the row after that."""
    for place in places:
        location = place and Point(*place, srid=4326)
        Member.objects.filter(pk=member.pk).update(location=location)
    return Member.objects.get(pk=member.pk)


def stay(member: Member, time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matchmaker_member SET anchored_at ="
            " coalesce(anchored_at, date_joined) - %s::interval WHERE id = %s",
            [time, member.pk],
        )


def remembered(member: Member) -> set[tuple[float, float]]:
    return {anchor.point.coords for anchor in Anchor.objects.filter(member=member)}


def test_noise_over_an_edge_changes_no_cell(eve):
    moved = put(eve, BESIDE)

    assert cell_of(*BESIDE) != cell_of(*HOME)
    assert moved.location.coords == BESIDE
    assert moved.cell == cell_of(*HOME)
    assert moved.public_location.coords == public_point(*HOME)
    assert remembered(eve) == set()


@pytest.mark.parametrize("distance_m", [490, -490])
def test_anchor_holds_for_half_a_cell(eve, distance_m):
    held, gone = north(HOME, distance_m), north(HOME, distance_m * 1.05)

    assert put(eve, held).anchor.coords == HOME
    # From where it is held, not from the last place.
    assert put(eve, gone).anchor.coords == gone
    assert remembered(eve) == {HOME}


def test_place_once_taken_is_not_drawn_again(eve):
    back = put(eve, AWAY, BESIDE)

    assert (back.location.coords, back.cell) == (BESIDE, cell_of(*HOME))
    assert remembered(eve) == {HOME, AWAY}

    again = put(eve, north(AWAY, 20), HOME, north(AWAY, -20))

    assert again.anchor.coords == AWAY
    assert remembered(eve) == {HOME, AWAY}


def test_nearest_remembered_place_is_taken(eve):
    other = north(HOME, 600)

    assert put(eve, other, AWAY, north(HOME, 280)).anchor.coords == HOME
    assert put(eve, AWAY, north(HOME, 320)).anchor.coords == other
    # Held while it is within reach, although the other is nearer.
    assert put(eve, HOME).anchor.coords == HOME
    assert put(eve, north(HOME, 450)).anchor.coords == HOME


def test_removing_the_location_draws_no_new_place(eve):
    nowhere = put(eve, None)
    back = put(eve, BESIDE)

    assert (nowhere.cell, nowhere.public_location) == (None, None)
    assert back.cell == cell_of(*HOME)


def test_first_location_of_a_member_is_its_anchor(db):
    late = put(MemberFactory(), BESIDE)

    assert (late.anchor.coords, late.cell) == (BESIDE, cell_of(*BESIDE))
    assert remembered(late) == set()


def test_nobody_writes_an_anchor(eve):
    stale = put(eve, HOME)
    put(eve, AWAY)
    Member.objects.filter(pk=eve.pk).update(anchor=Point(*HOME, srid=4326))

    assert put(eve).anchor.coords == AWAY

    # The whole row, as it was read before the member moved: the location goes back.
    stale.location = Point(*north(AWAY, 30), srid=4326)
    stale.save()

    assert put(eve).anchor.coords == AWAY


def test_restored_row_keeps_its_anchor(db):
    kept = MemberFactory(
        location=Point(*BESIDE, srid=4326), anchor=Point(*HOME, srid=4326)
    )

    assert put(kept).cell == cell_of(*HOME)


def test_last_twenty_places_are_remembered(eve):
    places = [north(AWAY, 1000 * i) for i in range(22)]
    put(eve, *places, HOME)

    # HOME has been forgotten before it was taken anew.
    assert remembered(eve) == {*places[2:]}


def test_way_to_work_does_not_push_out_the_home(eve):
    stay(eve, "8 hours")
    way = [north(AWAY, 600 * i) for i in range(40)]
    for _ in range(2):
        put(eve, *way)
        stay(eve, "2 hours")
        put(eve, *reversed(way))

        assert put(eve, BESIDE).anchor.coords == HOME

    stayed = Anchor.objects.filter(member=eve, has_stayed=True)
    assert {anchor.point.coords for anchor in stayed} == {HOME, way[-1]}
    assert len(remembered(eve)) == 20


@pytest.fixture
def migrated_again(transactional_db):
    """Apps above go back with this one, and have to come forth too."""
    yield
    call_command("migrate", verbosity=0)


def test_without_anchors_the_cell_is_that_of_the_location(migrated_again):
    eve = put(MemberFactory(lon=HOME[0], lat=HOME[1]), BESIDE)
    cells = []
    for migration in ("0002", "0003"):
        call_command("migrate", "matchmaker", migration, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT cell, EXISTS (SELECT FROM matchmaker_cell c WHERE c.id = cell)"
                " FROM matchmaker_member WHERE id = %s",
                [eve.pk],
            )
            cells.append(cursor.fetchone())

    assert cells == [(cell_of(*BESIDE), True)] * 2
    call_command("migrate", verbosity=0)
    assert put(eve, AWAY).cell == cell_of(*AWAY)
    assert Cell.objects.filter(pk=cell_of(*AWAY)).exists()
