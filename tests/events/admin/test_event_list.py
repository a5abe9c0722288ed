"""The list of events in the admin."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from events.models import Attendance
from tests.events.admin.pages import (
    EVENTS,
    change,
)
from tests.events.factories import (
    EventFactory,
    OrganizationFactory,
    cancelled,
    host,
)
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed

DAY = timedelta(days=1)


def test_filtered_by_state(admin_client):
    rows = {
        "scheduled": EventFactory(scheduled=True),
        "published": EventFactory(),
        "cancelled": cancelled(),
    }

    assert len(listed(admin_client.get(EVENTS))) == 3
    for state, event in rows.items():
        response = admin_client.get(EVENTS, {"state": state})
        assert listed(response) == [event]
        assert f'class="field-state">{state}</td>' in response.text
    assert len(listed(admin_client.get(EVENTS, {"state": "other"}))) == 3


def test_filtered_by_date_place_and_picture(admin_client):
    now = timezone.now()
    coming = EventFactory(date=now + DAY, lon=30, lat=60)
    past = EventFactory(date=now - DAY, image="a.jpg")
    undated = EventFactory()

    assert listed(admin_client.get(EVENTS, {"when": "coming"})) == [coming]
    assert listed(admin_client.get(EVENTS, {"when": "past"})) == [past]
    assert listed(admin_client.get(EVENTS, {"when": "undated"})) == [undated]
    assert listed(admin_client.get(EVENTS, {"location__isempty": 0})) == [coming]
    assert listed(admin_client.get(EVENTS, {"image__isempty": 0})) == [past]


def test_filtered_by_an_organization_found_by_typing(admin_client):
    club, other = OrganizationFactory(title="Chess <club>"), OrganizationFactory()
    event = EventFactory()
    host(event, club, other)
    host(EventFactory(), other)

    response = admin_client.get(
        EVENTS, {"organization": club.pk, "state": "published", "q": "Event", "p": "1"}
    )

    assert listed(response) == [event]
    assert f'<option value="{club.pk}" selected>Chess &lt;club&gt;</option>' in (
        response.text
    )
    assert '<input type="hidden" name="state" value="published">' in response.text
    assert '<input type="hidden" name="q" value="Event">' in response.text
    assert 'name="p"' not in response.text
    assert "organization_filter.js" in response.text
    for nonsense in ("", "x", "9" * 30, "²"):
        response = admin_client.get(EVENTS, {"organization": nonsense})
        assert len(listed(response)) == 2
    found = admin_client.get(
        "/admin/autocomplete/",
        {
            "app_label": "events",
            "model_name": "event",
            "field_name": "organizations",
            "term": "chess",
        },
    )
    assert [row["id"] for row in found.json()["results"]] == [str(club.pk)]


def test_date_hierarchy_leads_from_years_to_a_day(admin_client):
    old = EventFactory(date="2025-03-01T12:00Z")
    new = EventFactory(date="2026-12-23T18:45Z")
    EventFactory(date="2026-12-24T18:45Z")
    cancelled()

    page = admin_client.get(EVENTS).text
    assert "?date__year=2025" in page
    assert "?date__year=2026" in page
    assert listed(admin_client.get(EVENTS, {"date__year": 2025})) == [old]
    day = {"date__year": 2026, "date__month": 12, "date__day": 23}
    assert listed(admin_client.get(EVENTS, day)) == [new]


def test_searched_by_part_of_the_title(admin_client):
    fest = EventFactory(title="Winter FEST")
    EventFactory(title="Chess")

    assert listed(admin_client.get(EVENTS, {"q": "r fest"})) == [fest]


def test_list_tells_what_counts(admin_client):
    club = OrganizationFactory(title="Club")
    event = EventFactory(
        title="Fest",
        date=datetime(2026, 12, 23, tzinfo=UTC),
        is_all_day=True,
        capacity=20,
        thumbnail="events/t.jpg",
    )
    host(event, club)
    Attendance.objects.create(event=event, member=MemberFactory())

    page = admin_client.get(EVENTS).text

    assert '<img src="/media/events/t.jpg"' in page
    assert ">Dec. 23, 2026</td>" in page
    assert ">1 / 20</td>" in page
    assert f'<a href="{change(club)}">Club</a>' in page
    assert len(listed(admin_client.get(EVENTS, {"o": "3"}))) == 1


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    club = OrganizationFactory()
    for n in (1, 49):
        for _ in range(n):
            event = EventFactory(date="2026-12-23T18:45Z", image="a", thumbnail="b")
            host(event, club)
        # The session, its member, the count, the rows, their organizations, the first
        # and the last date, the days between.
        with django_assert_num_queries(7):
            listed(admin_client.get(EVENTS))
