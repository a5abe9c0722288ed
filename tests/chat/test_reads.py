"""What reads cost: constant numbers of queries, and indexes at any size."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from chat import reads, serializers, services
from chat.models import Message, Room
from events.models import Attendance, Event, Membership, Organization
from matchmaker.models import Like, Match, Member
from tests.plans import plan_nodes

MEMBERS, MESSAGES = 3_000, 60_000

pytestmark = pytest.mark.django_db


def fill(me: Member, number: int) -> None:
    """Matches, events and organizations of mine, each with a room and messages."""
    others = Member.objects.bulk_create(
        Member(email=f"o{number}-{i}@example.com", first_name="O")
        for i in range(number)
    )
    Like.objects.bulk_create(Like(from_member=me, to_member=o) for o in others)
    Like.objects.bulk_create(Like(from_member=o, to_member=me) for o in others)
    Match.objects.bulk_create(Match(first_member=me, second_member=o) for o in others)
    events = Event.objects.bulk_create(
        Event(title="E", creator=o, published_at="2026-01-01T00:00Z") for o in others
    )
    Attendance.objects.bulk_create(Attendance(event=e, member=me) for e in events)
    clubs = Organization.objects.bulk_create(Organization(title="C") for _ in others)
    Membership.objects.bulk_create(
        Membership(organization=c, member=me, confirmed_at=Now()) for c in clubs
    )
    rooms = Room.objects.all()
    Message.objects.bulk_create(
        Message(room=room, number=room.last_number + 1, sender=me, text="x")
        for room in rooms
    )
    for room in rooms:
        Room.objects.filter(pk=room.pk).update(last_number=room.last_number + 1)


@pytest.fixture
def queries_of(as_ann) -> Callable[[str], int]:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert as_ann.get(path).status_code == 200
        return len(queries)

    return count


def test_lists_cost_what_one_row_does(ann, as_ann, queries_of):
    lobby = services.lobby_id()
    as_ann.get("/api/chat/rooms/")
    for number in (1, 100):
        fill(ann, number)
        # Who asks, and the rooms with their titles, counters and read positions.
        assert queries_of("/api/chat/rooms/") == 2
        # Who asks, and the messages with the right to read them.
        assert queries_of(f"/api/chat/rooms/{lobby}/messages/?limit=100") == 2
    assert as_ann.get("/api/chat/rooms/").json()["count"] == 304


def test_sockets_read_for_all_members_at_once(ann, django_assert_num_queries):
    fill(ann, 20)
    pks = [*Member.objects.values_list("pk", flat=True)]

    with django_assert_num_queries(3):
        rooms = reads.rooms_by_member(pks)
        reads.hidden_from(pks)
        reads.counters(rooms[ann.pk])

    # The lobby, and a match, an event and an organization with each of twenty.
    assert len(rooms[ann.pk]) == 61
    assert {len(mine) for pk, mine in rooms.items() if pk != ann.pk} == {3}


def test_answers_have_the_fields_of_the_schema(ann):
    lobby = services.lobby_id()
    services.send_message(ann, lobby, "Hi", None)
    (room,) = reads.rooms_of(ann.pk)
    (message,), _last = reads.messages_before(ann.pk, lobby, before=9, limit=1)

    assert [*room.shown()] == [*serializers.RoomState().fields]
    assert [*message.shown()] == [*serializers.SeenMessage().fields]


@pytest.fixture
def crowd(ann) -> Member:
    """So much that reading a table whole would be slower."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO matchmaker_member (email, email_identity, first_name, last_name,
                gender,
                looking_for, language, is_staff, is_superuser, is_active, password,
                date_joined, token_version, avatar)
            SELECT 'c' || n || '@example.com', 'c' || n || '@example.com', 'C', '', '',
                'any', 'en', false, false, true, '', now(), 0, ''
            FROM generate_series(1, %s) n;
            INSERT INTO matchmaker_like (from_member_id, to_member_id, created_at)
            SELECT a.id, b.id, now() FROM matchmaker_member a
            JOIN matchmaker_member b ON b.id = a.id + 1 OR a.id = b.id + 1;
            INSERT INTO matchmaker_match (first_member_id, second_member_id, created_at)
            SELECT a.id, b.id, now() FROM matchmaker_member a
            JOIN matchmaker_member b ON b.id = a.id + 1;
            INSERT INTO matchmaker_block (from_member_id, to_member_id, created_at)
            SELECT a.id, b.id, now() FROM matchmaker_member a
            JOIN matchmaker_member b ON b.id = a.id + 2;
            INSERT INTO events_organization
                (title, description, postcode, address, created_at)
            SELECT 'C', '', '', '', now() FROM generate_series(1, %s);
            INSERT INTO events_membership
                (organization_id, member_id, role, created_at, confirmed_at)
            SELECT o.id, m.id, 'member', now(), now() FROM matchmaker_member m
            JOIN events_organization o ON o.id %% 1000 = m.id %% 1000;
            INSERT INTO events_event (title, description, image, thumbnail, is_all_day,
                attendees, published_at, uid, sequence, attempts)
            SELECT 'E', '', '', '', false, 0, now(), gen_random_uuid(), 0, 0
            FROM generate_series(1, %s);
            INSERT INTO events_attendance
                (event_id, member_id, is_waiting, created_at, attempts)
            SELECT e.id, m.id, false, now(), 0 FROM matchmaker_member m
            JOIN events_event e ON e.id %% 1000 = m.id %% 1000;
            UPDATE chat_room SET last_number = %s WHERE kind = 'lobby';
            INSERT INTO chat_message (room_id, number, sender_id, text)
            SELECT (SELECT id FROM chat_room WHERE kind = 'lobby'), n,
                (SELECT min(id) FROM matchmaker_member) + n %% %s, 'x'
            FROM generate_series(1, %s) n;
            INSERT INTO chat_participant (room_id, member_id, read_number)
            SELECT (SELECT id FROM chat_room WHERE kind = 'lobby'), id, 1
            FROM matchmaker_member;
            INSERT INTO chat_participant (room_id, member_id, read_number)
            SELECT id, low_member_id, 0 FROM chat_room WHERE kind = 'direct';
            ANALYZE matchmaker_member, matchmaker_match, matchmaker_block,
                events_organization, events_membership, events_event,
                events_attendance, chat_room, chat_message, chat_participant
            """,
            [MEMBERS] * 3 + [MESSAGES, MEMBERS, MESSAGES],
        )
    return Member.objects.order_by("pk")[1_500]


def read_whole(call: Callable[[], object]) -> set[str]:
    """The tables that PostgreSQL reads whole for a call, by its own word."""
    with CaptureQueriesContext(connection) as captured:
        call()
    texts = [sent["sql"] for sent in captured]
    planned = [
        t for t in texts if t.lstrip().startswith(("SELECT", "WITH", "(", "EXECUTE"))
    ]
    assert planned
    return {
        node["Relation Name"]
        for text in planned
        for node in plan_nodes(text)
        if node["Node Type"] == "Seq Scan" and node["Actual Loops"]
    }


def test_nothing_is_read_whole(crowd):
    lobby, me = services.lobby_id(), crowd.pk
    mine = reads.rooms_of(me)
    direct = next(room.id for room in mine if room.kind == "direct")
    assert {room.kind for room in mine} == {"lobby", "direct", "event", "organization"}

    for name, call in {
        "before": lambda: reads.messages_before(
            me, lobby, before=MESSAGES // 2, limit=100
        ),
        "between": lambda: reads.messages_between(
            me, lobby, after=100, up_to=MESSAGES, limit=100
        ),
        "rooms of": lambda: reads.rooms_of(me),
        "room of": lambda: reads.room_of(me, direct),
        "last number": lambda: reads.last_number(me, direct),
        "rooms by member": lambda: reads.rooms_by_member([me, me + 1]),
        "hidden from": lambda: reads.hidden_from([me, me + 1]),
        "hidden up to": lambda: reads.hidden_up_to(me, {lobby: 9, direct: 9}),
        "positions": lambda: reads.positions_in(me, [room.id for room in mine]),
        "to the lobby": lambda: services.send_message(crowd, lobby, "x", None),
        "to one": lambda: services.send_message(crowd, direct, "x", None),
    }.items():
        assert read_whole(call) == set(), name
