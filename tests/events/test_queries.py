"""What a list costs: the same number of queries, however much is in it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from events.models import (
    Attendance,
    EventOrganization,
    Membership,
    Organization,
    Status,
)
from tests.events.factories import EventFactory, MembershipFactory, host
from tests.factories import MemberFactory

EVENTS, ORGANIZATIONS, USERS = 100, 20, 5

# The key's member, and the page with all that is in it and its count.
QUERIES = 2


@pytest.fixture
def queries_of(as_ann) -> Callable[..., int]:
    def count(path: str, **query: object) -> int:
        with CaptureQueriesContext(connection) as queries:
            # Paths of one object end without a slash, and take no limit.
            page = {"limit": 100} if path.endswith("/") else {}
            response = as_ann.get(path, {**page, **query})
        assert response.status_code == 200, response.content
        return len(queries)

    return count


@pytest.fixture
def fill(ann) -> Callable[[], None]:
    """Make a hundred events with twenty organizations of five members each."""

    def make() -> None:
        members = MemberFactory.create_batch(USERS, password=None)
        organizations = Organization.objects.bulk_create(
            Organization(title=f"Organization {i}") for i in range(ORGANIZATIONS)
        )
        Membership.objects.bulk_create(
            Membership(organization=organization, member=member)
            for organization in organizations
            for member in members
        )
        events = EventFactory.create_batch(EVENTS, creator=ann)
        EventOrganization.objects.bulk_create(
            EventOrganization(
                event=event,
                organization=organization,
                status=Status.CONFIRMED,
                answered_at=Now(),
            )
            for event in events
            for organization in organizations
        )
        Attendance.objects.bulk_create(
            Attendance(event=event, member=ann) for event in events
        )

    return make


@pytest.mark.parametrize("form", ["json", "geojson"])
def test_hundred_events_with_twenty_organizations_cost_what_one_does(
    as_ann, queries_of, fill, form
):
    one = EventFactory()
    host(one, MembershipFactory().organization)
    assert queries_of("/api/events/", format=form) == QUERIES

    fill()

    assert queries_of("/api/events/", format=form) == QUERIES
    page = as_ann.get("/api/events/", {"limit": 100}).json()
    assert (page["count"], len(page["results"])) == (EVENTS + 1, EVENTS)
    for event in page["results"]:
        users = [len(o["users"]) for o in event["organizations"]]
        assert users == [USERS] * ORGANIZATIONS


def test_hundred_organizations_cost_what_one_does(queries_of):
    MembershipFactory()
    assert queries_of("/api/organizations/") == QUERIES

    MembershipFactory.create_batch(99, member__password=None)

    assert queries_of("/api/organizations/") == QUERIES


def test_one_event_and_one_organization_cost_what_a_small_one_does(queries_of, fill):
    event = EventFactory()
    small = MembershipFactory().organization
    host(event, small)
    paths = f"/api/events/{event.pk}", f"/api/organizations/{small.pk}"
    assert [queries_of(path) for path in paths] == [QUERIES, QUERIES]

    fill()
    host(event, *Organization.objects.all())
    MembershipFactory.create_batch(9, organization=small, member__password=None)

    assert [queries_of(path) for path in paths] == [QUERIES, QUERIES]
