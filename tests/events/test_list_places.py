"""The list of events by place, and as GeoJSON: contract, section 3."""

import random

import pytest
from django.db import connection
from django.db.models.functions import Now
from geographiclib.geodesic import Geodesic

from events.models import Attendance, Event
from tests.events.factories import EventFactory, OrganizationFactory, host
from tests.events.listed import EVENING, URL, followed, ids, metres
from tests.factories import MemberFactory


def test_box_holds_its_edges(as_ann):
    inside = EventFactory(lon=30.3, lat=59.9)
    EventFactory(lon=30.4, lat=59.9)
    EventFactory()

    assert ids(as_ann.get(URL, {"in_bbox": "30.3,59.9,30.3,59.9"})) == [inside.pk]
    assert ids(as_ann.get(URL, {"in_bbox": "30.3000001,59,30.39,60"})) == []


def test_box_crosses_the_antimeridian(as_ann):
    west = EventFactory(lon=179.5, lat=-17)
    east = EventFactory(lon=-179.5, lat=-17)
    EventFactory(lon=0, lat=-17)
    EventFactory(lon=179.5, lat=17)

    response = as_ann.get(URL, {"in_bbox": "179,-20,-179,-10"})

    assert set(ids(response)) == {west.pk, east.pk}
    assert response.json()["count"] == 2
    assert len(ids(as_ann.get(URL, {"in_bbox": "-180,-90,180,90"}))) == 4


def test_distance_from_the_callers_location(ann, as_ann):
    near = EventFactory(lon=30.32, lat=59.94)
    EventFactory(lon=37.6, lat=55.75)
    EventFactory()

    response = as_ann.get(URL, {"distance": 10})

    assert ids(response) == [near.pk]
    (row,) = response.json()["results"]
    expected = metres(ann.location, near.location)
    assert row["distance_km"] * 1000 == pytest.approx(expected, abs=0.5)


def test_distance_from_a_point_needs_no_location_of_the_caller(signed_in, db):
    there = EventFactory(lon=37.6, lat=55.75)
    EventFactory(lon=30.32, lat=59.94)
    as_nobody = signed_in(MemberFactory())

    response = as_nobody.get(URL, {"distance": 10, "point": "37.6,55.75"})

    assert ids(response) == [there.pk]
    assert response.json()["results"][0]["distance_km"] == 0


def test_point_counts_more_than_the_callers_location(as_ann):
    moscow = EventFactory(lon=37.6, lat=55.75)
    petersburg = EventFactory(lon=30.32, lat=59.94)

    by_own = as_ann.get(URL, {"ordering": "distance"})
    by_point = as_ann.get(URL, {"ordering": "distance", "point": "37.6,55.75"})

    assert ids(by_own) == [petersburg.pk, moscow.pk]
    assert ids(by_point) == [moscow.pk, petersburg.pk]


def test_distance_includes_its_boundary_and_nothing_beyond(ann, as_ann):
    event = EventFactory(lon=30.5, lat=59.97)
    exact = metres(ann.location, event.location)

    at_boundary = as_ann.get(URL, {"distance": f"{(exact + 0.01) / 1000:.6f}"})
    just_short = as_ann.get(URL, {"distance": f"{(exact - 0.01) / 1000:.6f}"})

    assert ids(at_boundary) == [event.pk]
    assert ids(just_short) == []


def test_distances_are_told_only_where_they_were_asked_for(as_ann):
    event = EventFactory(lon=30.32, lat=59.94)

    def told(**query) -> bool:
        return "distance_km" in as_ann.get(URL, query).json()["results"][0]

    assert told(distance=10)
    assert told(ordering="distance")
    assert not told()
    assert not told(ordering="date")
    assert "distance_km" not in as_ann.get(f"{URL}{event.pk}").json()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"distance": 10}, "distance"),
        ({"ordering": "distance"}, "ordering"),
        ({"distance": 10, "point": ""}, "distance"),
    ],
)
def test_distance_from_nowhere_is_400(signed_in, db, query, field):
    response = signed_in(MemberFactory()).get(URL, query)

    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_everything_wrong_is_told_at_once(signed_in, db):
    query = {"distance": 10, "ordering": "distance", "limit": 0, "in_bbox": "x"}

    response = signed_in(MemberFactory()).get(URL, query)

    assert response.status_code == 400
    assert set(response.json()) == set(query)


ORIGINS = ["30.3158,59.9391", "179.9,-17.5", "0,90", "12.5,-89.9", "-122.4,37.8"]


@pytest.fixture
def everywhere(db) -> None:
    """All over the Earth, dense in places, with ties and without a place."""
    seeded = random.Random(4)
    places = [(seeded.uniform(-180, 180), seeded.uniform(-90, 90)) for _ in range(300)]
    for lon, lat in [(30.3158, 59.9391), (179.95, -17.5), (-122.4, 37.8), (40, 89.99)]:
        for _ in range(50):
            lat_ = min(90.0, lat + seeded.gauss(0, 0.5))
            places.append(((lon + seeded.gauss(0, 1) + 180) % 360 - 180, lat_))
    places += [places[0]] * 5 + [(180, 10), (-180, 10), (0, -90), (90, -90)]
    creator = MemberFactory()
    Event.objects.bulk_create(
        Event(
            title=f"E{n}",
            creator=creator,
            published_at=Now(),
            location=f"SRID=4326;POINT({lon!r} {lat!r})",
        )
        for n, (lon, lat) in enumerate(places)
    )
    EventFactory()
    EventFactory(scheduled=True, lon=30.3, lat=59.9)


@pytest.mark.parametrize("origin", ORIGINS)
def test_ordering_by_distance_is_the_plain_order_of_all(as_ann, everywhere, origin):
    lon, lat = map(float, origin.split(","))
    with connection.cursor() as db:
        db.execute(
            """
            SELECT id FROM events_event
            WHERE published_at IS NOT NULL AND location IS NOT NULL
            ORDER BY ST_Distance(location, ST_MakePoint(%s, %s)::geography), id
            """,
            [lon, lat],
        )
        plain = [pk for (pk,) in db.fetchall()]
    query = f"{URL}?ordering=distance&point={origin}"

    assert followed(as_ann, f"{query}&limit=100", "next") == plain
    for offset, limit in ((0, 1), (3, 7), (57, 20), (len(plain) - 3, 20)):
        page = as_ann.get(f"{query}&limit={limit}&offset={offset}")
        assert ids(page) == plain[offset : offset + limit]
        assert page.json()["count"] == len(plain)


@pytest.mark.parametrize("origin", ORIGINS)
def test_distances_agree_with_an_independent_geodesic(as_ann, everywhere, origin):
    lon, lat = map(float, origin.split(","))
    query = {"ordering": "distance", "point": origin, "limit": 100}

    rows = as_ann.get(URL, query).json()["results"]

    for row in rows:
        there = row["location"]["coordinates"]
        exact = Geodesic.WGS84.Inverse(lat, lon, there[1], there[0])["s12"]
        assert row["distance_km"] * 1000 == pytest.approx(exact, abs=0.6)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("radius_km", [1, 60, 5_000, 20_000])
def test_radius_agrees_with_an_independent_geodesic(
    as_ann, everywhere, origin, radius_km
):
    lon, lat = map(float, origin.split(","))
    expected = {
        event.pk
        for event in Event.objects.public().exclude(location=None)
        if Geodesic.WGS84.Inverse(lat, lon, event.location.y, event.location.x)["s12"]
        <= radius_km * 1000
    }
    query = f"distance={radius_km}&point={origin}"

    by_id = followed(as_ann, f"{URL}?{query}&limit=100", "next")
    nearest = followed(as_ann, f"{URL}?{query}&limit=100&ordering=distance", "next")

    assert set(by_id) == expected
    assert by_id == sorted(expected, reverse=True)
    assert len(nearest) == len(expected)
    assert set(nearest) == expected


def test_nearest_first_with_every_other_filter(ann, as_ann):
    organization = OrganizationFactory()
    wanted = []
    for n in range(30):
        event = EventFactory(title=f"Fest {n}", date=EVENING, lon=30 + n / 100, lat=60)
        if n % 5 == 0:
            host(event, organization)
            Attendance.objects.create(event=event, member=ann)
            wanted.append(event)
    wanted.sort(key=lambda event: metres(ann.location, event.location))
    query = {
        "ordering": "distance", "distance": 100, "search": "FEST",
        "date": "2026-12-23", "in_bbox": "29,59,31,61", "attending": "true",
        "organization": organization.pk,
    }  # fmt: skip

    page = as_ann.get(URL, {**query, "limit": 4, "offset": 1})

    assert ids(page) == [event.pk for event in wanted[1:5]]
    assert page.json()["count"] == 6


def test_geojson_list_moves_the_place_out_of_the_properties(as_ann):
    placed = EventFactory(title="Fest", lon=30.31, lat=59.94, date=EVENING)
    bare = EventFactory()

    response = as_ann.get(URL, HTTP_ACCEPT="application/geo+json")

    assert response["Content-Type"] == "application/geo+json"
    body = response.json()
    properties = as_ann.get(f"{URL}{placed.pk}").json()
    point = properties.pop("location")
    del properties["id"]
    assert body.keys() == {
        "type", "count", "next", "previous", "links", "features",
    }  # fmt: skip
    assert (body["type"], body["count"]) == ("FeatureCollection", 2)
    assert body["features"][1] == {
        "type": "Feature",
        "id": placed.pk,
        "geometry": point,
        "properties": properties,
    }
    assert body["features"][0]["id"] == bare.pk
    assert body["features"][0]["geometry"] is None
    assert "location" not in body["features"][0]["properties"]


def test_geojson_detail_is_the_lists_feature(as_ann):
    event = EventFactory(lon=30.31, lat=59.94)

    detail = as_ann.get(f"{URL}{event.pk}", {"format": "geojson"})
    (feature,) = as_ann.get(URL, {"format": "geojson"}).json()["features"]

    assert detail["Content-Type"] == "application/geo+json"
    assert detail.json() == feature
    assert feature["geometry"] == {"type": "Point", "coordinates": [30.31, 59.94]}


def test_geojson_tells_distances_too(as_ann):
    EventFactory(lon=30.31, lat=59.94)

    query = {"format": "geojson", "ordering": "distance"}
    (feature,) = as_ann.get(URL, query).json()["features"]

    assert feature["properties"]["distance_km"] == pytest.approx(0.34, abs=0.05)
