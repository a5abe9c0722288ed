"""The list of events by text, date, order and organization: contract, section 3."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db.models.functions import Now

from events.models import Attendance
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    host,
)
from tests.events.listed import EVENING, URL, followed, ids, titles
from tests.factories import MemberFactory


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
            host(event, *organizations)

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
        ("date=2026-12-23t18:45:00.0z", {"evening"}),
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
    host(event, mine)
    host(both, mine, other)

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
        ("date", "2026-W52-3"),
        ("date", "20261223T184500Z"),
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
        ("in_bbox", "-181,0,0,91"),
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
