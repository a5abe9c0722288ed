"""The calendar of a list of events."""

from datetime import timedelta

import pytest

from events.models import Attendance
from tests.events.calendars import EVENING, LIST, entries, summaries
from tests.events.factories import (
    EventFactory,
    host,
)
from tests.factories import MemberFactory


def test_list_takes_the_lists_filters(ann, as_ann, fest):
    EventFactory(title="Other", date=EVENING + timedelta(days=1), lon=37.6, lat=55.75)
    Attendance.objects.create(event=fest, member=ann)
    organization = fest.organizations.get()

    assert set(summaries(as_ann.get(LIST))) == {"Fest", "Other"}
    for query in (
        "search=FES",
        "date=2026-12-23",
        "date__gte=2026-12-23&date__lte=2026-12-23T21:45:00+03:00",
        f"organization={organization.pk}",
        "attending=true",
        "distance=10",
        "distance=10&point=30.3,59.9",
        "in_bbox=30,59,31,60",
    ):
        assert summaries(as_ann.get(f"{LIST}?{query}")) == ["Fest"], query


def test_list_has_no_pages(as_ann):
    for n in range(105):
        EventFactory(title=f"E{n}", date=EVENING + timedelta(days=n))

    paged = as_ann.get(f"{LIST}?limit=1&offset=5&ordering=distance")
    found = summaries(as_ann.get(LIST))

    assert paged.json().keys() == {"limit", "offset", "ordering"}
    assert found == [f"E{n}" for n in reversed(range(105))]


def test_list_is_as_many_queries_for_1_event_as_for_30(
    as_ann, fest, django_assert_num_queries
):
    # The token with its member; the version; the entries with their organizations.
    with django_assert_num_queries(3):
        as_ann.get(LIST)
    for event in EventFactory.create_batch(29, date=EVENING):
        host(event, fest.organizations.get())
    with django_assert_num_queries(3):
        assert len(entries(as_ann.get(LIST))) == 30


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date=2026-02-30", "date"),
        ("in_bbox=1,2,3", "in_bbox"),
        ("search=a&search=b", "search"),
        ("distance=0", "distance"),
        ("format=json", "format"),
    ],
)
def test_nonsense_is_400_in_json(as_ann, query, field):
    response = as_ann.get(f"{LIST}?{query}")

    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_distance_from_nowhere_is_400(signed_in, db):
    response = signed_in(MemberFactory()).get(f"{LIST}?distance=10")

    assert response.status_code == 400
    assert list(response.json()) == ["distance"]
