"""What a member reads of the chat: each read is one statement, compiled once.

Rights are part of every statement: what is not open to the member at that moment is
not there.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from chat.errors import RoomUnknown
from chat.models import Kind, Message, Room
from chat.querysets import RoomQuerySet
from matchmaker.filters import VIEWER
from project.lib.prepared import Param, Statement

ROOM = Param("room", BigIntegerField())

# In `unnest(…) viewer(id)`, where many members are asked about at once.
EACH_VIEWER = RawSQL("viewer.id", [], BigIntegerField())


@dataclass(frozen=True, slots=True)
class RoomState:
    """A room as one of its members has it.

    `other_id`: whom a direct one is with. `is_entered`: a read position is stored.
    """

    id: int
    kind: str
    title: str
    other_id: int | None
    last_id: int
    read_id: int
    is_entered: bool

    @property
    def unread(self) -> int:
        return self.last_id - self.read_id


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as one viewer sees it: `number` is its place in the room.

    Hidden are those that staff hid, and those of members who are gone or hide from
    the viewer: of them there is nothing but the number and the time.
    """

    room_id: int
    number: int
    sent_at: datetime
    is_hidden: bool
    sender_id: int | None = None
    first_name: str = ""
    text: str = ""
    client_id: UUID | None = None


def rooms_of(member_id: int) -> list[RoomState]:
    """The rooms that are open to the member, the lobby first, then by id.

    Who has never been in the lobby has read all of it.
    """
    return [
        RoomState(
            id=pk,
            kind=kind,
            title=_("Lobby") if kind == Kind.LOBBY else title,
            other_id=other,
            last_id=last,
            read_id=(last if kind == Kind.LOBBY else 0) if read is None else read,
            is_entered=read is not None,
        )
        for pk, kind, title, other, last, read in _run(_rooms_of(), viewer=member_id)
    ]


def last_number(member_id: int, room_id: int) -> int:
    """How many messages the room has. Raises RoomUnknown when it is not open."""
    for _pk, last in _run(_open_room(), viewer=member_id, room=room_id):
        return last
    raise RoomUnknown


def messages_between(
    member_id: int, room_id: int, *, after: int, up_to: int, limit: int
) -> list[SeenMessage]:
    """The first `limit` messages with `after` < number <= `up_to`, in order.

    None are left out. Raises RoomUnknown when the room is not open to the member.
    """
    messages, _last = _messages(
        _messages_up(), viewer=member_id, room=room_id, low=after, high=up_to,
        limit=limit,
    )  # fmt: skip
    return messages


def messages_before(
    member_id: int, room_id: int, *, before: int, limit: int
) -> tuple[list[SeenMessage], int]:
    """The last `limit` messages with a number < `before`, the latest first.

    And how many the room has. Raises RoomUnknown when it is not open to the member.
    """
    return _messages(
        _messages_down(), viewer=member_id, room=room_id, low=0, high=before - 1,
        limit=limit,
    )  # fmt: skip


def counters(room_ids: Collection[int]) -> dict[int, int]:
    """How many messages each of these rooms has; one that is gone is not there."""
    rooms = Room.objects.filter(pk__in=room_ids)
    return dict(rooms.values_list("pk", "last_number"))


def rooms_by_member(member_ids: Collection[int]) -> dict[int, set[int]]:
    """The ids of the rooms open to each member; nothing for who is not active."""
    rooms: dict[int, set[int]] = {pk: set() for pk in member_ids}
    for member_id, room_id in _run(_rooms_by_member(), members=[*member_ids]):
        rooms[member_id].add(room_id)
    return rooms


def hidden_from(member_ids: Collection[int]) -> dict[int, set[int]]:
    """Whom each of these members blocks or is blocked by."""
    hidden: dict[int, set[int]] = {pk: set() for pk in member_ids}
    for member_id, other_id in _run(_HIDDEN, members=[*member_ids]):
        hidden[member_id].add(other_id)
    return hidden


def open_room(*columns: str) -> Statement:
    """Compile the room ROOM if it is open to VIEWER; else there is none."""
    return Statement.of(
        Room.objects.filter(pk=ROOM).open_to(VIEWER).values_list(*columns)
    )


def _open_rooms(rooms: RoomQuerySet, viewer: Any, *columns: str) -> Statement:
    ways = [way.values_list(*columns) for way in rooms.ways_in(viewer)]
    return Statement.of(ways[0].union(*ways[1:]))


@cache
def _rooms_of() -> Statement:
    rooms = _open_rooms(
        Room.objects.with_titles(VIEWER), VIEWER,
        "id", "kind", "title", "other", "last_number",
    )  # fmt: skip
    sql = f"""
        SELECT room.*, participant.read_number FROM ({rooms.sql}) room
        LEFT JOIN chat_participant participant
            ON participant.room_id = room.id AND participant.member_id = %s
        ORDER BY room.kind <> 'lobby', room.id
    """  # noqa: S608
    return Statement(sql, (*rooms.params, VIEWER))


@cache
def _open_room() -> Statement:
    return open_room("id", "last_number")


@cache
def _rooms_by_member() -> Statement:
    rooms = _open_rooms(Room.objects.all(), EACH_VIEWER, "id")
    sql = f"""
        SELECT viewer.id, room.id FROM unnest(%s::bigint[]) wanted(id)
        JOIN matchmaker_member viewer ON viewer.id = wanted.id AND viewer.is_active
        CROSS JOIN LATERAL ({rooms.sql}) room
    """  # noqa: S608
    return Statement(sql, (Param("members"), *rooms.params))


@cache
def _messages_up() -> Statement:
    return _compiled_messages("number")


@cache
def _messages_down() -> Statement:
    return _compiled_messages("-number")


def _compiled_messages(order: str) -> Statement:
    """One row at least for a room that is open, with nulls where there is no message.

    The limit is written last, since Django slices by numbers only.
    """
    room = open_room("id", "last_number")
    columns = (
        "number", "sent_at", "is_visible", "sender", "sender__first_name", "text",
        "client_id",
    )  # fmt: skip
    messages = Statement.of(
        Message.objects.with_visible_to(VIEWER)
        .filter(
            room=ROOM,
            number__gt=Param("low", BigIntegerField()),
            number__lte=Param("high", BigIntegerField()),
        )
        .values_list(*columns)
        .order_by(order)
    )
    sql = f"""
        SELECT room.last_number, message.* FROM ({room.sql}) room
        LEFT JOIN ({messages.sql} LIMIT %s) message ON true
    """  # noqa: S608
    return Statement(sql, (*room.params, *messages.params, Param("limit")))


def _messages(statement: Statement, **values: int) -> tuple[list[SeenMessage], int]:
    rows = _run(statement, **values)
    if not rows:
        raise RoomUnknown
    return [*_seen(values["room"], rows)], rows[0][0]


def _seen(room_id: int, rows: Iterable[tuple[Any, ...]]) -> Iterable[SeenMessage]:
    for _last, number, sent_at, is_visible, sender, first_name, text, client_id in rows:
        if number is None:
            continue
        if is_visible:
            yield SeenMessage(
                room_id, number, sent_at, False, sender, first_name, text,
                client_id and UUID(str(client_id)),
            )  # fmt: skip
        else:
            yield SeenMessage(room_id, number, sent_at, True)


_HIDDEN = Statement(
    """
    SELECT from_member_id, to_member_id FROM matchmaker_block
    WHERE from_member_id = ANY(%s::bigint[])
    UNION ALL
    SELECT to_member_id, from_member_id FROM matchmaker_block
    WHERE to_member_id = ANY(%s::bigint[])
    """,
    (Param("members"), Param("members")),
)


def _run(statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.bind(values))
        return cursor.fetchall()
