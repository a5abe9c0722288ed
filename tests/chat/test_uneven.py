"""Reads of uneven data: most messages in one room, a thousand rooms of one member.

Also where PostgreSQL has never looked at the tables, or has looked before all of it was
there. What counts is how many rows it reads, not which plan it chose.
"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat import reads, services
from chat.models import Room
from chat.services import Draft
from chat.sockets import queries
from matchmaker.models import Member
from tests.plans import forget_statistics, plan_nodes

pytestmark = pytest.mark.django_db

# In the lobby; of one member; of the largest organization.
MESSAGES, ROOMS, MEMBERS = 50_000, 1_000, 20_000
TABLES = (
    "matchmaker_member", "matchmaker_block", "matchmaker_match", "matchmaker_like",
    "events_event", "events_attendance", "events_organization", "events_membership",
    "chat_room", "chat_message", "chat_participant",
)  # fmt: skip


def analyse(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


# Both make PostgreSQL plan anew what was planned before the rows were there.
STATISTICS = {"never analysed": forget_statistics, "analysed": analyse}


@pytest.fixture(params=STATISTICS)
def one(ann: Member, request: pytest.FixtureRequest) -> Member:
    """A member in a thousand rooms, who wrote most of the lobby's messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO matchmaker_member (email, email_identity, first_name, last_name,
                gender, looking_for, language, is_staff, is_superuser, is_active,
                password, date_joined, token_version, avatar)
            SELECT 'u' || n || '@example.com', 'u' || n || '@example.com', 'U', '', '',
                'any', 'en', false, false, true, '', now(), 0, ''
            FROM generate_series(1, %(members)s) n;
            INSERT INTO events_organization
                (title, description, postcode, address, created_at)
            SELECT 'O', '', '', '', now() FROM generate_series(1, %(rooms)s);
            INSERT INTO events_membership
                (organization_id, member_id, role, created_at, confirmed_at)
            SELECT id, %(one)s, 'member', now(), now() FROM events_organization;
            INSERT INTO events_membership
                (organization_id, member_id, role, created_at, confirmed_at)
            SELECT (SELECT max(id) FROM events_organization), id, 'member', now(), now()
            FROM matchmaker_member WHERE id <> %(one)s;
            UPDATE chat_room SET last_number = CASE kind
                WHEN 'lobby' THEN %(messages)s ELSE 1 END;
            INSERT INTO chat_message (room_id, number, sender_id, text, client_id)
            SELECT room.id, number, %(one)s, 'x', gen_random_uuid()
            FROM chat_room room, generate_series(1, last_number) number;
            INSERT INTO chat_participant (room_id, member_id, read_number)
            SELECT id, %(one)s, 1 FROM chat_room;
            INSERT INTO chat_participant (room_id, member_id, read_number)
            SELECT (SELECT id FROM chat_room WHERE kind = 'lobby'), id, 1
            FROM matchmaker_member WHERE id <> %(one)s
            """,
            {
                "rooms": ROOMS,
                "messages": MESSAGES,
                "one": ann.pk,
                "members": MEMBERS,
            },
        )
    STATISTICS[request.param](*TABLES)
    return ann


def rows_read(call: Callable[[], object]) -> int:
    """How many rows PostgreSQL took from tables for a call, by its own word."""
    with CaptureQueriesContext(connection) as captured:
        call()
    texts = [sent["sql"] for sent in captured]
    begin = ("SELECT", "WITH", "(", "EXECUTE")
    planned = [text for text in texts if text.lstrip().startswith(begin)]
    assert planned
    return sum(
        node["Actual Loops"] * (node["Actual Rows"] + _removed(node))
        for text in planned
        for node in plan_nodes(text)
        if "Relation Name" in node and node["Node Type"].endswith("Scan")
    )


def _removed(node: dict) -> int:
    reasons = ("Filter", "Index Recheck")
    return sum(node.get(f"Rows Removed by {reason}", 0) for reason in reasons)


def test_page_of_the_busiest_room_reads_a_page(one):
    lobby = services.lobby_id()

    for before in (2**63 - 1, MESSAGES // 2, 200):
        page = lambda b=before: reads.messages_before(  # noqa: E731
            one.pk, lobby, before=b, limit=50
        )
        assert rows_read(page) < 200
    gap = lambda: reads.messages_between(  # noqa: E731
        one.pk, lobby, after=10, up_to=MESSAGES, limit=100
    )
    assert rows_read(gap) < 400
    assert rows_read(lambda: queries.spoken(lobby, MESSAGES - 10, 200)) < 50
    assert rows_read(lambda: reads.hidden_up_to(one.pk, {lobby: MESSAGES})) < 10


def test_rooms_cost_what_the_member_has(one):
    stranger = Member.objects.order_by("pk").last()
    assert stranger is not None

    # A table of a thousand rows may be read whole.
    assert rows_read(lambda: reads.rooms_of(stranger.pk)) < 4 * ROOMS
    assert rows_read(lambda: reads.rooms_of(one.pk)) < 10 * ROOMS
    assert rows_read(lambda: reads.rooms_by_member([stranger.pk])) < 4 * ROOMS
    assert rows_read(lambda: queries.people([stranger.pk, one.pk])) < 10


def test_sending_reads_a_few_rows(one):
    lobby = services.lobby_id()
    largest = Room.objects.order_by("-organization").exclude(organization=None).first()
    assert largest is not None
    others = [*Member.objects.exclude(pk=one.pk)[:10]]

    for room_id in (lobby, largest.pk):
        alone = lambda pk=room_id: services.send_message(  # noqa: E731
            one, pk, "x", None
        )
        assert rows_read(alone) < 30 + ROOMS  # the sender may have as many
        together = lambda pk=room_id: services.send_messages(  # noqa: E731
            pk, [Draft(each, "x", None) for each in (one, *others)]
        )
        assert rows_read(together) < 200 + ROOMS
    repeated = uuid4()
    services.send_message(one, lobby, "x", repeated)
    again = lambda: services.send_message(one, lobby, "x", repeated)  # noqa: E731
    assert rows_read(again) < 20
