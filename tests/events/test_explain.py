"""Which index answers what, at 100,000 events, by PostgreSQL's own word."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from events.models import Event, Organization
from tests.plans import plan_of

EVENTS = 100_000

FILL = """
INSERT INTO events_event (
    uid, sequence, title, description, image, thumbnail, date, is_all_day, location,
    attempts, attendees, published_at, cancelled_at)
SELECT gen_random_uuid(), 0, 'Title' || i %% 5000 || ' of ' || md5(i::text),
       repeat(md5(i::text), 5), '', '',
       CASE WHEN i %% 10 > 0
            THEN now() + (i * 7919::bigint %% 100000) * interval '7 minutes' END,
       false,
       -- A hundred towns, each with a thousand events around its middle.
       CASE WHEN i %% 20 <> 7 THEN ST_MakePoint(
           -170 + (i %% 100) * 3.4 + 0.1 * sin(i),
           -55 + (i %% 100) * 1.1 + 0.1 * cos(i * 1.7))::geography END,
       0, 0, CASE WHEN i %% 47 > 0 THEN now() END, CASE WHEN i %% 47 = 1 THEN now() END
FROM generate_series(1, %s) i
"""

HOSTS = """
INSERT INTO events_organization (title, description, postcode, address, created_at)
SELECT 'Organization ' || i, '', '', '', now() FROM generate_series(1, 1000) i;
INSERT INTO events_event_organizations (event_id, organization_id)
SELECT event.id, (SELECT min(id) FROM events_organization) + event.id %% 1000
FROM events_event event
"""


@pytest.fixture(scope="module")
def hundred_thousand(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, [EVENTS])
        cursor.execute(HOSTS, [])
        # As autovacuum does: an index-only scan wants to know what is visible to all.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")
        yield
        cursor.execute("TRUNCATE events_event, events_organization CASCADE")


URL = "/api/events/"
# In the middle of a town; the next one is 250 km away.
TOWN = "-166.6,-53.9"
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
    indexes, scanned = plan_of(as_ann, URL, {"point": TOWN, **query})

    assert indexes & one_of, sorted(filter(None, indexes))
    assert "events_event" not in scanned


def test_other_lists_read_no_table_whole(hundred_thousand, as_ann):
    host = Organization.objects.earliest("pk")

    every, scanned = plan_of(as_ann, URL, {})
    assert "events_event_pkey" in every
    assert "events_event" not in scanned

    _hosted, scanned = plan_of(as_ann, URL, {"organization": host.pk})
    assert not scanned & {"events_event", "events_event_organizations"}
