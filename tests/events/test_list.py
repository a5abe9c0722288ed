"""The list of events: contract, section 3."""

import random
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.db.models.functions import Now
from geographiclib.geodesic import Geodesic

from events.models import Attendance, Event
from tests.events.factories import EventFactory, MembershipFactory, OrganizationFactory
from tests.factories import MemberFactory

URL = "/api/events/"


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def titles(response) -> set[str]:
    assert response.status_code == 200, response.content
    return {row["title"] for row in response.json()["results"]}


def metres(here, there) -> float:
    return Geodesic.WGS84.Inverse(here.y, here.x, there.y, there.x)["s12"]


def followed(client, url: str | None, link: str) -> list[int]:
    """Ids of all pages from `url` on, by the links named."""
    found = []
    while url:
        response = client.get(url)
        page = ids(response)
        found = found + page if link == "next" else page + found
        url = response.json()[link]
    return found


def test_list_anonymous_is_401(api, db):
    response = api.get(URL)

    assert response.status_code == 401
    assert response.json()["code"] == "not_authenticated"


def test_list_shows_published_events_newest_first(as_ann):
    first, second = EventFactory.create_batch(2)
    EventFactory(scheduled=True)
    EventFactory(cancelled_at=Now())

    body = as_ann.get(URL).json()

    assert {key: body[key] for key in ("count", "next", "previous")} == {
        "count": 2,
        "next": None,
        "previous": None,
    }
    assert [row["id"] for row in body["results"]] == [second.pk, first.pk]
    assert body["results"][1] == as_ann.get(f"{URL}{first.pk}").json()


def test_list_is_as_many_queries_for_1_event_as_for_100(
    as_ann, django_assert_num_queries
):
    organizations = OrganizationFactory.create_batch(20)
    for organization in organizations:
        MembershipFactory(organization=organization)

    def create(n: int) -> None:
        for event in EventFactory.create_batch(n):
            event.organizations.set(organizations)

    create(1)
    # The token with its member; the page.
    with django_assert_num_queries(2):
        (event,) = as_ann.get(URL, {"limit": 100}).json()["results"]
    assert len(event["organizations"]) == 20
    create(99)
    with django_assert_num_queries(2):
        assert len(as_ann.get(URL, {"limit": 100}).json()["results"]) == 100


# --- Text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("fest", {"Summer FEST", "fester"}),
        ("ЁЛКА", {"Большая ёлка"}),
        ("ёлка", {"Большая ёлка"}),
        ("большая Ё", {"Большая ёлка"}),
        ("%", {"100% a_b"}),
        ("a_b", {"100% a_b"}),
        ("a\\b", {"a\\b"}),
        ("'", {"O'Hara"}),
        ("straße", {"Straße"}),
        ("  fester ", {"fester"}),
        ("nothing like that", set()),
    ],
)
def test_search_is_literal_and_knows_any_alphabet(as_ann, given, found):
    for title in (
        "Summer FEST", "fester", "Большая ёлка", "100% a_b", "a\\b", "axb", "O'Hara",
        "Straße",
    ):  # fmt: skip
        EventFactory(title=title)

    assert titles(as_ann.get(URL, {"search": given})) == found


def test_empty_parameters_count_as_not_given(as_ann):
    event = EventFactory()

    response = as_ann.get(f"{URL}?search=&date=&distance=&point=&ordering=&limit=")

    assert ids(response) == [event.pk]


# --- Dates --------------------------------------------------------------------------

EVENING = "2026-12-23T18:45:00Z"
MOMENTS = {
    "eve": "2026-12-22T23:59:59Z",
    "midnight": "2026-12-23T00:00:00Z",
    "evening": EVENING,
    "last": "2026-12-23T23:59:59Z",
    "next": "2026-12-24T00:00:00Z",
}


@pytest.fixture
def moments(db):
    EventFactory(title="undated")
    for title, date in MOMENTS.items():
        EventFactory(title=title, date=date)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # A day is the whole day in UTC.
        ("date=2026-12-23", {"midnight", "evening", "last"}),
        ("date__gte=2026-12-23", {"midnight", "evening", "last", "next"}),
        ("date__lte=2026-12-23", {"eve", "midnight", "evening", "last"}),
        ("date__gte=2026-12-23&date__lte=2026-12-23", {"midnight", "evening", "last"}),
        ("date__gte=2026-12-24&date__lte=2026-12-22", set()),
        # An instant is itself.
        ("date=2026-12-23T18:45:00Z", {"evening"}),
        ("date=2026-12-23T18:45:01Z", set()),
        ("date=2026-12-23T00:00:00Z", {"midnight"}),
        ("date=2026-12-23T18:45", {"evening"}),
        ("date__gte=2026-12-23T18:45:00Z", {"evening", "last", "next"}),
        ("date__gte=2026-12-23T18:45:00.000001Z", {"last", "next"}),
        ("date__lte=2026-12-23T18:45:00Z", {"eve", "midnight", "evening"}),
        ("date__lte=2026-12-23T18:44:59.999999Z", {"eve", "midnight"}),
        # With an offset; a plus that is not escaped arrives as a space.
        ("date=2026-12-23T21:45:00%2B03:00", {"evening"}),
        ("date=2026-12-23T21:45:00+03:00", {"evening"}),
        ("date=2026-12-23T21:45:00+0300", {"evening"}),
        ("date=2026-12-23T21:45:00+03", {"evening"}),
        ("date=2026-12-23T21:45+03:00", {"evening"}),
        ("date=2026-12-23T15:15:00-03:30", {"evening"}),
        ("date__gte=2026-12-24T03:00:00%2B03:00", {"next"}),
        # The ends of the calendar are days as well.
        ("date=0001-01-01", set()),
        ("date__gte=0001-01-01", set(MOMENTS)),
        ("date__lte=9999-12-31", set(MOMENTS)),
        ("date__lte=9999-12-31T23:59:59.999999Z", set(MOMENTS)),
        ("date__gte=9999-12-31", set()),
    ],
)
def test_dates(as_ann, moments, query, found):
    assert titles(as_ann.get(f"{URL}?{query}")) == found


def test_last_and_first_day_of_the_calendar_are_found(as_ann):
    last = EventFactory(date=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    first = EventFactory(date=datetime(1, 1, 1, tzinfo=UTC))

    assert ids(as_ann.get(URL, {"date": "9999-12-31"})) == [last.pk]
    assert ids(as_ann.get(URL, {"date": "0001-01-01"})) == [first.pk]
    assert [row["date"] for row in as_ann.get(URL).json()["results"]] == [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ]


# --- Order and pages ----------------------------------------------------------------


def test_ordering_by_date_both_ways_with_ties_and_without_dates(as_ann):
    undated = EventFactory.create_batch(2)
    late = EventFactory(date="2027-01-01T00:00:00Z")
    tied = EventFactory.create_batch(2, date="2026-01-01T00:00:00Z")

    up = [e.pk for e in (*tied, late, *undated)]
    down = [e.pk for e in (late, *reversed(tied), *reversed(undated))]

    assert ids(as_ann.get(URL, {"ordering": "date"})) == up
    assert ids(as_ann.get(URL, {"ordering": "-date"})) == down


@pytest.mark.parametrize("ordering", [None, "date", "-date", "distance"])
def test_pages_show_each_event_once_both_ways(as_ann, ordering):
    for n in range(11):
        date = None if n % 3 == 0 else f"2026-01-0{n % 2 + 1}T00:00:00Z"
        EventFactory(date=date, lon=30 + n % 4, lat=60)
    query = {"ordering": ordering} if ordering else {}
    whole = ids(as_ann.get(URL, query))
    assert len(whole) == 11

    forth = followed(as_ann, f"{URL}?limit=4" + _suffix(query), "next")
    back = followed(as_ann, f"{URL}?limit=4&offset=8" + _suffix(query), "previous")

    assert forth == whole
    assert back == whole


def _suffix(query: dict[str, str]) -> str:
    return "".join(f"&{name}={value}" for name, value in query.items())


def test_default_page_has_20_and_links_keep_the_filters(as_ann):
    for n in range(25):
        EventFactory(title=f"ёлка {n}", date="2026-12-23T18:45:00Z", lon=30, lat=60)
    EventFactory()
    query = (
        f"search={quote('Ёлка')}&date=2026-12-23T21:45:00+03:00"
        "&in_bbox=29,59,31,61&format=geojson"
    )

    first = as_ann.get(f"{URL}?{query}").json()
    second = as_ann.get(first["next"]).json()

    assert (first["count"], len(first["features"])) == (25, 20)
    assert first["previous"] is None
    assert parse_qs(urlsplit(first["next"]).query) == {
        "search": ["Ёлка"],
        "date": ["2026-12-23T21:45:00 03:00"],
        "in_bbox": ["29,59,31,61"],
        "format": ["geojson"],
        "limit": ["20"],
        "offset": ["20"],
    }
    assert (second["count"], len(second["features"]), second["next"]) == (25, 5, None)
    assert parse_qs(urlsplit(second["previous"]).query).keys() == {
        "search", "date", "in_bbox", "format", "limit",
    }  # fmt: skip
    assert as_ann.get(second["previous"]).json()["features"] == first["features"]


def test_page_beyond_the_end_is_empty_and_leads_back(as_ann):
    EventFactory.create_batch(3)

    body = as_ann.get(URL, {"limit": 2, "offset": 1000}).json()

    assert (body["count"], body["next"], body["results"]) == (3, None, [])
    assert "offset=998" in body["previous"]
    assert "offset" not in as_ann.get(URL, {"limit": 5, "offset": 2}).json()["previous"]


def test_limit_up_to_100(as_ann):
    EventFactory.create_batch(3)

    assert len(ids(as_ann.get(URL, {"limit": 100}))) == 3
    assert len(ids(as_ann.get(URL, {"limit": 1}))) == 1


# --- Organization, attendance -------------------------------------------------------


def test_by_organization(as_ann):
    mine, other = OrganizationFactory.create_batch(2)
    event, both, _none = EventFactory.create_batch(3)
    event.organizations.add(mine)
    both.organizations.add(mine, other)

    response = as_ann.get(URL, {"organization": mine.pk})

    assert ids(response) == [both.pk, event.pk]
    assert response.json()["count"] == 2
    # All organizations of the event, not only the one that was asked for.
    assert [o["id"] for o in response.json()["results"][0]["organizations"]] == [
        mine.pk,
        other.pk,
    ]
    assert ids(as_ann.get(URL, {"organization": 10**6})) == []
    assert ids(as_ann.get(URL, {"organization": 2**63 - 1})) == []


def test_by_attendance(ann, as_ann):
    attended, free = EventFactory.create_batch(2)
    waited = EventFactory(capacity=1)
    Attendance.objects.create(event=attended, member=ann)
    Attendance.objects.create(event=waited, member=MemberFactory())
    Attendance.objects.create(event=waited, member=ann, is_waiting=True)

    def found(value: str, **query) -> set[int]:
        return set(ids(as_ann.get(URL, {"attending": value, **query})))

    assert found("true") == {attended.pk}
    assert found("false") == {waited.pk, free.pk}
    assert found("true", search=attended.title) == {attended.pk}
    assert found("true", ordering="date") == {attended.pk}
    rows = as_ann.get(URL).json()["results"]
    assert {row["id"]: row["attending"] for row in rows} == {
        attended.pk: True,
        waited.pk: False,
        free.pk: False,
    }


# --- Places -------------------------------------------------------------------------


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
            event.organizations.add(organization)
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


# --- GeoJSON ------------------------------------------------------------------------


def test_geojson_list_moves_the_place_out_of_the_properties(as_ann):
    placed = EventFactory(title="Fest", lon=30.31, lat=59.94, date=EVENING)
    bare = EventFactory()

    response = as_ann.get(URL, HTTP_ACCEPT="application/geo+json")

    assert response["Content-Type"] == "application/geo+json"
    body = response.json()
    properties = as_ann.get(f"{URL}{placed.pk}").json()
    point = properties.pop("location")
    del properties["id"]
    assert body.keys() == {"type", "count", "next", "previous", "features"}
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


# --- Nonsense -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "101"),
        ("limit", "1000000"),
        ("limit", "1.5"),
        ("limit", "ten"),
        ("limit", "nan"),
        ("limit", "1e400"),
        ("offset", "-1"),
        ("offset", "0.5"),
        ("offset", "1e30"),
        ("offset", "9" * 30),
        ("offset", "inf"),
        ("date", "2026-02-30"),
        ("date", "2026-13-01"),
        ("date", "23.12.2026"),
        ("date", "tomorrow"),
        ("date", "2026"),
        ("date", "10000-01-01"),
        ("date", "0000-01-01"),
        ("date", "2026-12-23T25:00:00Z"),
        ("date", "2026-12-23T18:45:00+99:00"),
        ("date", "0001-01-01T00:00:00+03:00"),
        ("date", "9999-12-31T23:59:59-03:00"),
        ("date__gte", "2025-02-29"),
        ("date__lte", "1766515500"),
        ("date", "2026-12-23\0"),
        ("ordering", "title"),
        ("ordering", "-distance"),
        ("ordering", "date,id"),
        ("organization", "0"),
        ("organization", "-1"),
        ("organization", "one"),
        ("organization", "1.5"),
        ("organization", str(2**63)),
        ("attending", "maybe"),
        ("attending", "1"),
        ("search", "x" * 201),
        ("search", "a\0b"),
        ("distance", "0"),
        ("distance", "-1"),
        ("distance", "20000.1"),
        ("distance", "nan"),
        ("distance", "ten"),
        ("point", "30"),
        ("point", "30,60,1"),
        ("point", "181,0"),
        ("point", "0,90.1"),
        ("point", "nan,0"),
        ("point", "inf,0"),
        ("point", "1_0,5"),
        ("point", "Moscow"),
        ("in_bbox", "1,2,3"),
        ("in_bbox", "0,50,10,40"),
        ("in_bbox", "-181,0,0,1"),
        ("in_bbox", "0,0,0,nan"),
        ("format", "xml"),
    ],
)
def test_nonsense_is_400_on_its_parameter(as_ann, name, value):
    response = as_ann.get(URL, {name: value})

    assert response.status_code == 400, response.content
    assert list(response.json()) == [name]


@pytest.mark.parametrize(
    "query",
    [
        "search=a&search=b",
        "limit=5&limit=6",
        "date=2026-12-23&date=2026-12-23",
        "point=1,2&point=3,4",
        "distance=5&distance=5",
    ],
)
def test_parameter_given_twice_is_400(as_ann, query):
    response = as_ann.get(f"{URL}?{query}")

    assert response.status_code == 400
    assert list(response.json()) == [query.partition("=")[0]]


def test_bad_parameters_are_told_in_russian(as_ann):
    response = as_ann.get(URL, {"limit": 0}, HTTP_ACCEPT_LANGUAGE="ru")

    (message,) = response.json()["limit"]
    assert message == "Убедитесь, что это значение больше либо равно 1."
