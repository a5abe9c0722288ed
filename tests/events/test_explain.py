"""Which index answers what, at 100,000 events, by PostgreSQL's own word."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.apps import make_lobby
from events.models import Event, Organization
from tests.bulk import TOWN, add_events, add_hosts, add_organizations
from tests.plans import plan_nodes, plan_of, statement_of

EVENTS, ORGANIZATIONS = 100_000, 1_000


@pytest.fixture(scope="module")
def hundred_thousand(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_events(EVENTS)
        add_organizations(ORGANIZATIONS)
        add_hosts(ORGANIZATIONS)
        # As autovacuum does: an index-only scan wants to know what is visible to all.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
        yield
        cursor.execute("TRUNCATE events_event, events_organization CASCADE")
        make_lobby()  # the other one goes with the rooms


URL = "/api/events/"
DATES = {"event_date", "event_date_down"}
SOON = timezone.now().date() + timedelta(days=30)
WEEK = {"date__gte": f"{SOON}", "date__lte": f"{SOON + timedelta(days=6)}"}


def test_counts_are_those_of_a_plain_statement(hundred_thousand, as_ann):
    public = Event.objects.filter(published_at__isnull=False, cancelled_at=None)

    def count(**query) -> int:
        return as_ann.get(URL, {**query, "limit": 1}).json()["count"]

    assert count() == count(ordering="date") == public.count() > EVENTS * 0.9
    located = public.exclude(location=None).count()
    assert count(ordering="distance", point=TOWN) == located
    assert 700 < count(distance=30, point=TOWN) < 1000
    assert 1000 < count(**WEEK) < 2000


@pytest.mark.parametrize(
    ("query", "one_of"),
    [
        ({"search": "title4321 OF"}, {"event_title"}),
        ({"search": "title4321 OF", "ordering": "date"}, {"event_title"}),
        ({"search": "title4321 OF", "ordering": "distance"}, {"event_title"}),
        ({"date": f"{SOON}"}, DATES),
        (WEEK, DATES),
        ({"date__gte": f"{SOON}", "ordering": "date"}, {"event_date"}),
        ({**WEEK, "ordering": "-date"}, {"event_date_down"}),
        ({"ordering": "date"}, {"event_date"}),
        ({"ordering": "-date"}, {"event_date_down"}),
        ({"distance": 10}, {"event_location"}),
        ({"distance": 10, "ordering": "date"}, {"event_location"}),
        ({"distance": 10, "ordering": "distance"}, {"event_location"}),
        ({"ordering": "distance"}, {"event_location"}),
        ({"ordering": "distance", "limit": 100, "offset": 500}, {"event_location"}),
        ({"in_bbox": "-166.61,-54,-166.59,-53"}, {"event_box"}),
        ({"in_bbox": "170,-54,-166.59,-53"}, {"event_box"}),
        ({"in_bbox": "-166.61,-54,-166.59,-53", "ordering": "date"}, {"event_box"}),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_list_is_read_by_its_index(hundred_thousand, as_ann, query, one_of):
    if "distance" in query or query.get("ordering") == "distance":
        query = {"point": TOWN, **query}
    indexes, scanned = plan_of(as_ann, URL, query)

    assert indexes & one_of, sorted(filter(None, indexes))
    assert "events_event" not in scanned


def test_other_lists_read_no_table_whole(hundred_thousand, as_ann):
    host = Organization.objects.earliest("pk")

    every, scanned = plan_of(as_ann, URL, {})
    assert "events_event_pkey" in every
    assert "events_event" not in scanned

    _hosted, scanned = plan_of(as_ann, URL, {"organization": host.pk})
    assert not scanned & {"events_event", "events_event_organizations"}


def test_calendar_is_read_by_its_index_alone(hundred_thousand, as_ann):
    with CaptureQueriesContext(connection) as queries:
        assert as_ann.get(f"{URL}calendar.ics").status_code == 200
    sent = [query["sql"] for query in [*queries]]
    (version,) = [sql for sql in sent if "MATERIALIZED" in statement_of(sql)]
    nodes = list(plan_nodes(version))

    (events,) = [node for node in nodes if node.get("Relation Name") == "events_event"]
    assert events["Node Type"] == "Index Only Scan"
    assert events["Index Name"] == "event_calendar"
    assert events["Actual Rows"] == 1000
