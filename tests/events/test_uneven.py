"""How many rows are read of uneven data, whatever PostgreSQL knows of them.

All memberships are of the newest members, one organization has 50,000 of them, and one
event as many attendances. A plan that is good for even data reads a whole table.
"""

import pytest
from django.db import connection

from chat.apps import make_lobby
from events.models import Event, Organization
from tests.bulk import add_events, add_members, add_organizations
from tests.plans import forget_statistics, remove_everybody, rows_read

MEMBERS, MANY = 60_000, 50_000
EVENTS = ORGANIZATIONS = 1_000
OF_EACH = 10

# What there is when PostgreSQL looks: members of the first members alone.
EARLY = """
INSERT INTO events_membership (
    organization_id, member_id, role, confirmed_at, created_at)
SELECT organization.first + 1 + n % 19, member.first + n, 'member', now(), now()
FROM generate_series(1, 1000) n,
     (SELECT min(id) FROM events_organization) organization (first),
     (SELECT min(id) FROM matchmaker_member) member (first)
"""
# The oldest organization has many members, the others ten each.
MEMBERSHIPS = """
INSERT INTO events_membership (
    organization_id, member_id, role, confirmed_at, created_at)
SELECT first + i, last - (i * %(of_each)s + n) %% 10000, 'member', now(), now()
FROM generate_series(1, %(organizations)s - 1) i, generate_series(1, %(of_each)s) n,
     (SELECT min(id) FROM events_organization) organization (first),
     (SELECT max(id) FROM matchmaker_member) member (last)
UNION ALL
SELECT first, last - i, 'member', now(), now()
FROM generate_series(1, %(many)s) i,
     (SELECT min(id) FROM events_organization) organization (first),
     (SELECT max(id) FROM matchmaker_member) member (last)
"""
HOSTS = """
INSERT INTO events_event_organizations (
    event_id, organization_id, status, answered_at)
SELECT event.id, organization.last - event.id %% %(organizations)s / 2, 'confirmed',
       now()
FROM events_event event,
     (SELECT max(id) FROM events_organization) organization (last)
"""
ATTENDANCES = """
INSERT INTO events_attendance (event_id, member_id, is_waiting, created_at, attempts)
SELECT event.last, member.last - i, false, now(), 0
FROM generate_series(1, %(many)s) i,
     (SELECT max(id) FROM events_event) event (last),
     (SELECT max(id) FROM matchmaker_member) member (last)
"""
TABLES = (
    "matchmaker_member", "events_membership", "events_organization", "events_event",
    "events_event_organizations", "events_attendance",
)  # fmt: skip


UNWATCHED = "ALTER TABLE events_membership SET (autovacuum_enabled = off)"
WATCHED = "ALTER TABLE events_membership RESET (autovacuum_enabled)"


@pytest.fixture(scope="module")
def uneven(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_members(MEMBERS)
        add_organizations(ORGANIZATIONS)
        add_events(EVENTS)
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(UNWATCHED)
        cursor.execute(EARLY)
        cursor.execute("VACUUM ANALYZE")
        for statement in (MEMBERSHIPS, HOSTS, ATTENDANCES):
            cursor.execute(
                statement,
                {"organizations": ORGANIZATIONS, "of_each": OF_EACH, "many": MANY},
            )
        cursor.execute("RESET statement_timeout")
        yield
        cursor.execute(WATCHED)
        cursor.execute("TRUNCATE events_event, events_organization CASCADE")
        remove_everybody()
        make_lobby()


@pytest.fixture(params=["analysed before", "never analysed", "analysed"])
def read_by(request, uneven, db, as_ann):
    def read(path, **query):
        return rows_read(as_ann, path, query)

    if request.param == "never analysed":
        forget_statistics(*TABLES)
    elif request.param == "analysed":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return read


def test_organizations_read_their_own_members_only(read_by):
    read = read_by("/api/organizations/")

    assert read["matchmaker_member"] <= 20 * OF_EACH
    assert read["events_membership"] <= 20 * OF_EACH


def test_an_organization_reads_its_own_members_only(read_by):
    newest = Organization.objects.latest("pk")

    read = read_by(f"/api/organizations/{newest.pk}/")

    assert read["matchmaker_member"] <= OF_EACH
    assert read["events_membership"] <= OF_EACH


def test_an_organization_of_many_reads_each_once(read_by):
    oldest = Organization.objects.earliest("pk")

    read = read_by(f"/api/organizations/{oldest.pk}/")

    assert read["matchmaker_member"] == read["events_membership"] == MANY


@pytest.mark.parametrize("ordering", ["", "date", "-date"])
def test_events_read_their_own_rows_only(read_by, ordering):
    read = read_by("/api/events/", ordering=ordering)

    assert read["matchmaker_member"] <= 20 * OF_EACH
    assert read["events_membership"] <= 20 * OF_EACH
    assert read["events_organization"] <= 20
    assert read["events_event_organizations"] <= 20
    assert read["events_attendance"] == 0


def test_an_event_of_many_reads_no_attendance(read_by):
    last = Event.objects.latest("pk")

    read = read_by(f"/api/events/{last.pk}/")

    assert read["matchmaker_member"] <= OF_EACH + 1  # and perhaps the viewer
    assert read["events_attendance"] == 0
