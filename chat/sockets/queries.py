"""What a server reads for its sockets together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from chat import reads
from chat.live import Spoken
from chat.models import Message
from chat.wire import frames
from matchmaker.models import Member
from project.lib.reads.statements import Param, Statement


@dataclass(frozen=True, slots=True)
class Person:
    """An active member, with what their tokens need, and whom they are hidden from."""

    member: Member
    token_families: set[UUID]
    hidden: set[int]

    def has_signed_in(self, token_version: int, token_family: UUID) -> bool:
        """Return whether such a token is still valid, as JWTAuthentication has it."""
        is_current = token_version == self.member.token_version
        return is_current and token_family in self.token_families


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member's sockets may do now."""

    person: Person
    rooms: set[int]
    shared: set[int]  # rooms where presence is told


@dataclass(frozen=True, slots=True)
class _Members:
    ids: list[int]


# A member's columns are all that sockets need of it, in the model's order.
_PERSON_FIELDS = ["id", "first_name", "language", "visibility", "token_version"]
_PEOPLE: Statement[_Members] = Statement.written(
    """
    SELECT id, first_name, language, visibility, token_version,
        ARRAY(
            SELECT id FROM matchmaker_tokenfamily WHERE member_id = member.id
        ),
        ARRAY(
            SELECT to_member_id FROM matchmaker_block WHERE from_member_id = member.id
            UNION ALL
            SELECT from_member_id FROM matchmaker_block WHERE to_member_id = member.id
        )
    FROM matchmaker_member member
    WHERE id = ANY({ids}::bigint[]) AND is_active
    """,
    ids=Param[_Members](lambda values: values.ids),
)
# Much longer than from the time at which a message is hidden to its commit.
LATELY = timedelta(minutes=1)
HIDDEN_LATELY = 10_000  # at most: those of one who said that much and goes, say

COLUMNS = (
    "number", "text", "client_id", "sent_at", "hidden_at", "room_id",
    "sender__first_name", "sender__is_active",
)  # fmt: skip
COMPANIONS = """
    WITH room AS (SELECT * FROM chat_room WHERE id = ANY(%s::bigint[])),
    other AS (
        SELECT low_member_id AS id, false AS by_event FROM room
        UNION SELECT high_member_id, false FROM room
        UNION SELECT member_id, true FROM room
            JOIN events_attendance attendance USING (event_id)
            WHERE NOT attendance.is_waiting
        UNION SELECT creator_id, true FROM room
            JOIN events_event event ON event.id = room.event_id
        UNION SELECT member_id, false FROM room
            JOIN events_membership membership USING (organization_id)
            WHERE membership.confirmed_at IS NOT NULL
    )
    SELECT DISTINCT id, first_name FROM matchmaker_member JOIN other USING (id)
    WHERE is_active AND (visibility = 'everyone' OR NOT by_event) LIMIT %s
"""
# In all rooms of a member; those in bigger rooms are told only who comes later.
MAX_COMPANIONS = 1_000


def spoken(room_id: int, after: int, limit: int) -> list[Spoken]:
    """Return the first `limit` messages of a room with a number > `after`, in order.

    Numbers have no gaps, so their range is a page, as PostgreSQL sees before it plans.
    """
    rows = (
        Message.objects.filter(
            room=room_id, number__gt=after, number__lte=after + limit
        )
        .select_related("sender")
        .only(*COLUMNS)
        .order_by("number")
    )
    return [_spoken(row) for row in rows]


def hidden_lately(room_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return rooms and numbers of messages hidden a moment ago in these rooms."""
    rows = Message.objects.filter(
        room__in=room_ids, hidden_at__gt=Now() - LATELY
    ).order_by("-hidden_at")
    return {*rows.values_list("room", "number")[:HIDDEN_LATELY]}


def seen_frame(message: reads.SeenMessage) -> frames.Frame:
    """Return the frame of a message as its viewer gets it."""
    if message.sender_id is None or message.sent_at is None:  # it is hidden
        return frames.message_hidden(message.room_id, message.number)
    return frames.message_new(
        room_id=message.room_id,
        number=message.number,
        sender=frames.user(message.sender_id, message.first_name),
        text=message.text,
        sent_at=message.sent_at,
        client_id=message.client_id,
    )


def people(member_ids: Collection[int]) -> dict[int, Person]:
    """Return these members, without any who is gone or inactive."""
    rows = _PEOPLE.rows(_Members([*member_ids]))
    return {
        fields[0]: Person(
            Member.from_db(connection.alias, _PERSON_FIELDS, fields),
            {*families},
            {*hidden},
        )
        for *fields, families, hidden in rows
    }


def standing(member_ids: Collection[int]) -> dict[int, Standing]:
    """Return what each of these members may do; nobody who is gone or inactive."""
    found = people(member_ids)
    rooms = reads.rooms_by_member(member_ids)
    return {
        pk: Standing(person, {*rooms[pk]}, told_in(rooms[pk]))
        for pk, person in found.items()
    }


def told_in(rooms: Mapping[int, bool]) -> set[int]:
    """Return the member's rooms where presence is told."""
    return {pk for pk, is_told in rooms.items() if is_told}


def names(member_ids: Collection[int]) -> dict[int, str]:
    members = Member.objects.filter(pk__in=member_ids)
    return dict(members.values_list("pk", "first_name"))


def companions(room_ids: Collection[int]) -> dict[int, str]:
    """Return members whose presence is told in these rooms, with their first names.

    In these rooms the presence of the asking member is told as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(COMPANIONS, [[*room_ids], MAX_COMPANIONS])
        return dict(cursor.fetchall())


def _spoken(row: Message) -> Spoken:
    sender = row.sender
    if sender is None or not sender.is_active or row.hidden_at is not None:
        frame = frames.message_hidden(row.room_id, row.number)
        return Spoken(row.number, None, frames.encoded(frame))
    frame = frames.message_new(
        room_id=row.room_id,
        number=row.number,
        sender=frames.user(sender.pk, sender.first_name),
        text=row.text,
        sent_at=row.sent_at,
        client_id=row.client_id,
    )
    return Spoken(row.number, sender.pk, frames.encoded(frame))
