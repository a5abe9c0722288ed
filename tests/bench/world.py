"""What the members of a benchmark's database do, besides liking and blocking.

Written by statements over whole sets, because the API would take days. Uneven on
purpose: memberships are all of the newest members, one organization has a twentieth of
them, one event as many attendees, one member has referred a tenth of all.
"""

from collections.abc import Mapping
from typing import Any

# The one with many members is the oldest of these, so that it is on no first page.
ORGANIZATIONS = """
    INSERT INTO events_organization (
        title, description, postcode, address, location, created_at)
    SELECT 'Organization ' || i, 'Of the benchmark', '190000', 'Nevsky ' || i,
           member.location, now()
    FROM generate_series(0::bigint, %(organizations)s) i
    JOIN matchmaker_member member ON member.id = 1 + i * 7919 %% %(n)s
    ORDER BY i
"""
MEMBERSHIPS = """
    INSERT INTO events_membership (
        organization_id, member_id, role, confirmed_at, created_at)
    SELECT first + (i %% %(organizations)s + 1), %(n)s - i,
           CASE WHEN i < %(organizations)s THEN 'owner' ELSE 'member' END, now(), now()
    FROM generate_series(0, %(organizations)s * 10 - 1) i,
         (SELECT max(id) - %(organizations)s FROM events_organization) of (first)
    WHERE i < %(n)s
"""
MANY_MEMBERS = """
    INSERT INTO events_membership (
        organization_id, member_id, role, confirmed_at, created_at)
    SELECT first, %(n)s - i, 'member', now(), now()
    FROM generate_series(0, %(n)s / 20 - 1) i,
         (SELECT max(id) - %(organizations)s FROM events_organization) of (first)
"""
EVENTS = """
    INSERT INTO events_event (
        uid, sequence, title, description, image, thumbnail, date, is_all_day,
        location, attempts, attendees, published_at)
    SELECT gen_random_uuid(), 0, 'Event ' || i || ' ' || left(md5(i::text), 8),
           repeat(md5(i::text), 5), '', '',
           date_trunc('minute', now()) + i * 7919 %% 100000 * interval '1 minute',
           false, member.location, 0, 0, now()
    FROM generate_series(1, %(n)s / 10 - (SELECT count(*) FROM events_event)) i
    JOIN matchmaker_member member ON member.id = 1 + i * 7919 %% %(n)s
    ORDER BY i
"""
HOSTS = """
    INSERT INTO events_event_organizations (
        event_id, organization_id, status, answered_at)
    SELECT event.id, first + event.id %% %(organizations)s + 1, 'confirmed', now()
    FROM events_event event,
         (SELECT max(id) - %(organizations)s FROM events_organization) of (first)
    WHERE NOT EXISTS (
        SELECT FROM events_event_organizations WHERE event_id = event.id)
"""
ATTENDANCES = """
    INSERT INTO events_attendance (
        event_id, member_id, is_waiting, created_at, attempts)
    SELECT event.id, 1 + event.id * of.factor %% %(n)s, false, now(), 0
    FROM events_event event, (VALUES (104729), (1299709)) of (factor)
    WHERE capacity IS NULL ON CONFLICT DO NOTHING
"""
MANY_ATTENDANCES = """
    INSERT INTO events_attendance (
        event_id, member_id, is_waiting, created_at, attempts)
    SELECT event.id, i * 20, false, now(), 0
    FROM generate_series(1, %(n)s / 20) i, (
        SELECT id FROM events_event WHERE capacity IS NULL AND published_at IS NOT NULL
        ORDER BY id DESC LIMIT 1
    ) event
    ON CONFLICT DO NOTHING
"""
# Everybody is invited by a member with a tenth of the id; every tenth by the caller.
REFERRALS = """
    INSERT INTO referrals_referral (
        invited_id, referrer_id, code, activated_at, at_sign_up, address_digest)
    SELECT member.id,
           CASE WHEN member.id %% 10 = 0 THEN caller.id ELSE member.id / 10 + 1 END,
           'AAAAAA', now() - member.id * 7919 %% 1000000 * interval '1 minute',
           false, ''
    FROM matchmaker_member member,
         (SELECT min(id) AS id FROM matchmaker_member WHERE id > %(n)s) caller
    WHERE member.id BETWEEN 2 AND %(n)s ON CONFLICT DO NOTHING
"""
# What the callers do: three organizations and twenty events each.
CALLERS_MEMBERSHIPS = """
    INSERT INTO events_membership (
        organization_id, member_id, role, confirmed_at, created_at)
    SELECT organization.id, caller.id, 'member', now(), now()
    FROM matchmaker_member caller,
         (SELECT id FROM events_organization ORDER BY id DESC LIMIT 3) organization
    WHERE caller.id > %(n)s
"""
CALLERS_ATTENDANCES = """
    INSERT INTO events_attendance (
        event_id, member_id, is_waiting, created_at, attempts)
    SELECT event.id, caller.id, false, now(), 0
    FROM matchmaker_member caller,
         (SELECT id FROM events_event WHERE capacity IS NULL
          ORDER BY id DESC LIMIT 20) event
    WHERE caller.id > %(n)s
"""
# A tenth of them in the lobby.
MESSAGES = """
    INSERT INTO chat_message (room_id, number, sender_id, text)
    SELECT room.id, room.last_number + i, 1 + i * 7919 %% %(n)s, 'Message ' || i
    FROM chat_room room, (SELECT count(*) FROM chat_room) of (rooms),
         generate_series(1, CASE room.kind WHEN 'lobby' THEN %(n)s::bigint / 10
                            ELSE %(n)s * 9 / 10 / of.rooms + 1 END) i
    ORDER BY room.id, i
"""
NUMBERS = """
    UPDATE chat_room SET last_number = said.number
    FROM (SELECT room_id, max(number) AS number FROM chat_message GROUP BY 1) said
    WHERE said.room_id = id AND last_number <> said.number
"""
STATEMENTS = (
    ORGANIZATIONS, MEMBERSHIPS, MANY_MEMBERS, EVENTS, HOSTS, ATTENDANCES,
    MANY_ATTENDANCES, REFERRALS, CALLERS_MEMBERSHIPS, CALLERS_ATTENDANCES, MESSAGES,
    NUMBERS,
)  # fmt: skip
ORGANIZATIONS_MAX = 200

LANDMARKS = """
    SELECT (SELECT max(id) FROM events_event) AS event,
           (SELECT max(id) FROM events_organization) AS organization,
           (SELECT organization_id FROM events_membership
            GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) AS large_organization,
           (SELECT min(id) FROM matchmaker_member WHERE id > %(n)s) AS referrer
"""


def fill(cursor: Any, members: int) -> None:
    """Add all of it to a database of `members`, whose callers are its newest."""
    organizations = min(ORGANIZATIONS_MAX, members // 50)
    for statement in STATEMENTS:
        cursor.execute(statement, {"n": members, "organizations": organizations})


def landmarks(cursor: Any, members: int) -> Mapping[str, int]:
    """The ids of rows to ask for, by what they are."""
    cursor.execute(LANDMARKS, {"n": members})
    return dict(
        zip(
            (column.name for column in cursor.description),
            cursor.fetchone(),
            strict=True,
        )
    )
