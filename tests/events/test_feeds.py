"""Feeds of calendars: their filters are frozen, and nothing tells where one is."""

from datetime import UTC, datetime

import pytest
import vobject
from django.contrib.gis.geos import Point
from django.db import IntegrityError

from events import errors, services
from events.models import Attendance, CalendarFeed
from tests.events.factories import EventFactory, OrganizationFactory, host
from tests.factories import MemberFactory

FEED = "/api/events/calendar/"
EVENING = datetime(2026, 12, 23, 18, 45, tzinfo=UTC)
TOWN = "30.3158,59.9391"

# Each lets "Fest" through and "Other" not.
FROZEN = [
    {"search": "FES"},
    {"date": "2026-12-23"},
    {"date__gte": "2026-12-23", "date__lte": "2026-12-23T21:45:00+03:00"},
    {"attending": "true"},
    {"distance": "10", "point": TOWN},
    {"in_bbox": "30,59,31,60"},
]


def made(client, filters=None, **extra) -> str:
    """The path of a new feed."""
    response = client.post(FEED, filters, **extra)
    assert response.status_code == 201, response.content
    return response.json()["url"].removeprefix("http://testserver")


def summaries(response) -> list[str]:
    assert response.status_code == 200, response.content
    found = vobject.readOne(response.content.decode()).contents.get("vevent", [])
    return [entry.summary.value for entry in found]


@pytest.fixture
def fest(ann):
    other = datetime(2026, 12, 25, tzinfo=UTC)
    EventFactory(title="Other", date=other, lon=37.6, lat=55.75)
    event = EventFactory(title="Fest", date=EVENING, lon=30.31, lat=59.94)
    Attendance.objects.create(event=event, member=ann)
    return event


@pytest.mark.parametrize("as_form", [False, True])
@pytest.mark.parametrize("filters", FROZEN, ids=lambda each: "&".join(each))
def test_filters_are_frozen_and_shown(as_ann, api, fest, filters, as_form):
    path = made(as_ann, filters, **({"format": "multipart"} if as_form else {}))

    assert summaries(api.get(path)) == ["Fest"]
    assert as_ann.get(FEED).json() == {
        "url": f"http://testserver{path}",
        "filters": filters,
    }
    # What was read makes the same feed again.
    again = made(as_ann, as_ann.get(FEED).json()["filters"])
    assert summaries(api.get(again)) == ["Fest"]


def test_filters_of_an_organization_outlive_it(as_ann, api, fest):
    organization = OrganizationFactory(title="Club")
    host(fest, organization)
    filters = {"organization": str(organization.pk)}
    path = made(as_ann, filters)
    assert summaries(api.get(path)) == ["Fest"]

    organization.delete()

    assert summaries(api.get(path)) == []
    assert as_ann.get(FEED).json()["filters"] == filters


def test_values_are_jsons_own_or_texts(as_ann):
    filters = {"attending": False, "distance": 10.5, "point": TOWN, "bbox": "1,2,3,4",
               "search": None, "date": ""}  # fmt: skip
    made(as_ann, filters)

    assert as_ann.get(FEED).json()["filters"] == {
        "attending": "false", "distance": "10.5", "point": TOWN, "in_bbox": "1,2,3,4",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "wrong"),
    [
        ({"distance": 10}, {"distance"}),
        ({"distance": 10, "point": ""}, {"distance"}),
        ({"point": TOWN}, {"point"}),
        ({"distance": "far", "date": "soon", "point": "x"}, {"distance", "date",
                                                             "point"}),
        ({"search": ["a"], "attending": "maybe"}, {"search", "attending"}),
        ({"organization": "-1", "serach": "x"}, {"organization", "serach"}),
        ({"bbox": "1,2,3,4", "in_bbox": "1,2,3,4"}, {"bbox", "in_bbox"}),
        ({"search": "x" * 201, "date__gte": "2026-13-01"}, {"search", "date__gte"}),
        ({"ordering": "distance", "limit": 5, "invited": True},
         {"ordering", "limit", "invited"}),
        ([], {"non_field_errors"}),
    ],
)  # fmt: skip
def test_nonsense_is_400_and_leaves_the_old_feed(as_ann, api, filters, wrong):
    path = made(as_ann)

    response = as_ann.post(FEED, filters, format="json")

    assert response.status_code == 400
    assert response.json().keys() == wrong
    assert api.get(path).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["search=fest", "distance=10", f"distance=10&point={TOWN}", "point=1,2", "limit=5",
     "attending=true", "in_bbox=30,59,31,60", "bbox=1,2,3,4", "x=1", "search="],
)  # fmt: skip
@pytest.mark.parametrize("method", ["get", "head"])
def test_address_takes_no_parameters(as_ann, api, fest, query, method):
    path = made(as_ann)

    # Whoever asks, its owner too.
    for client in (api, as_ann):
        response = getattr(client, method)(f"{path}?{query}")
        assert response.status_code == 400
        if method == "get":
            names = {pair.split("=")[0] for pair in query.split("&")}
            assert response.json().keys() == names


def test_feed_does_not_follow_its_owner(ann, as_ann, api, fest):
    path = made(as_ann, {"distance": 10, "point": TOWN})
    before = api.get(path).content

    for place in (Point(37.6, 55.75, srid=4326), None):
        ann.location = place
        ann.save()
        assert api.get(path).content == before


def test_database_refuses_a_distance_without_a_point(ann):
    with pytest.raises(errors.PointMissing):
        services.new_feed(ann, {"distance": "10"})
    assert not CalendarFeed.objects.exists()
    with pytest.raises(IntegrityError, match="feed_distance_has_point"):
        CalendarFeed.objects.create(member=ann, filters={"distance": "10"})


def test_new_feed_has_the_new_filters_only(as_ann, api, fest):
    made(as_ann, {"search": "Other"})

    path = made(as_ann)

    assert summaries(api.get(path)) == ["Fest"]
    assert as_ann.get(FEED).json()["filters"] == {}


def test_what_is_no_longer_understood_is_400(api, db):
    feed = CalendarFeed.objects.create(
        member=MemberFactory(), filters={"serach": "fest"}
    )

    response = api.get(f"{FEED}{feed.secret}.ics")

    assert response.status_code == 400
    assert response.json().keys() == {"serach"}


def test_own_data_has_the_filters(as_ann):
    made(as_ann, {"search": "fest"})

    own = as_ann.get("/api/clients/me/export/").json()["events"]

    assert own["calendar_feed"][0]["filters"] == {"search": "fest"}
