"""Members, organizations and events by the thousand, for PostgreSQL to plan with.

They are in a hundred towns, 250 km apart.
"""

from django.db import connection

_MEMBERS = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, email_identity, first_name, last_name, gender,
    looking_for, avatar, language, location, is_active, is_staff, date_joined,
    token_version)
SELECT '!', false, 'm' || i || '@example.com', 'm' || i || '@example.com',
       'First' || i %% 5000,
       'Last' || i %% 7001,
       CASE WHEN i %% 2 = 0 THEN 'male' ELSE 'female' END, 'any', '', 'en',
       -- A hundred towns, each with as many members around its middle.
       ST_MakePoint(
           -170 + (i %% 100) * 3.4 + 0.1 * sin(i),
           -55 + (i %% 100) * 1.1 + 0.1 * cos(i * 1.7))::geography,
       true, false, now() - i * interval '1 minute', 0
FROM generate_series(1, %s) i
"""

_ORGANIZATIONS = """
INSERT INTO events_organization (
    title, description, postcode, address, location, created_at)
SELECT 'Organization ' || i, '', '', '',
       ST_MakePoint(
           -170 + (i %% 100) * 3.4 + 0.1 * sin(i),
           -55 + (i %% 100) * 1.1 + 0.1 * cos(i * 1.7))::geography,
       now()
FROM generate_series(1, %s) i
"""

_EVENTS = """
INSERT INTO events_event (
    uid, sequence, title, description, image, thumbnail, date, is_all_day, location,
    attempts, attendees, published_at, cancelled_at)
SELECT gen_random_uuid(), 0, 'Title' || i %% 5000 || ' of ' || md5(i::text),
       repeat(md5(i::text), 5), '', '',
       CASE WHEN i %% 10 > 0
            THEN now() + (i * 7919::bigint %% 100000) * interval '7 minutes' END,
       false,
       -- A hundred towns, each with as many events around its middle.
       CASE WHEN i %% 20 <> 7 THEN ST_MakePoint(
           -170 + (i %% 100) * 3.4 + 0.1 * sin(i),
           -55 + (i %% 100) * 1.1 + 0.1 * cos(i * 1.7))::geography END,
       0, 0, CASE WHEN i %% 47 > 0 THEN now() END, CASE WHEN i %% 47 = 1 THEN now() END
FROM generate_series(1, %s) i
"""

_HOSTS = """
INSERT INTO events_event_organizations (
    event_id, organization_id, status, answered_at)
SELECT event.id, (SELECT min(id) FROM events_organization) + event.id %% %s,
       'confirmed', now()
FROM events_event event
"""

# In the middle of a town, as longitude,latitude.
TOWN = "-166.6,-53.9"


def add_members(count: int) -> None:
    _execute(_MEMBERS, count)


def add_organizations(count: int) -> None:
    _execute(_ORGANIZATIONS, count)


def add_events(count: int) -> None:
    """Events of which most are published and have a place and a date."""
    _execute(_EVENTS, count)


def add_hosts(organizations: int) -> None:
    """Give every event one of the first `organizations` organizations."""
    _execute(_HOSTS, organizations)


def _execute(sql: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(sql, [number])
        cursor.execute("RESET statement_timeout")
