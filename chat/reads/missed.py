"""What happened to messages that a client already has, and to others' positions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from chat.models import Room
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.statements import Param, Statement

# Per room: the messages that were hidden last, and the members who have read furthest.
HIDDEN_A_ROOM = 200
READERS_A_ROOM = 50

# For `wanted(id, up_to)`, and for members with a position in `room`.
_WANTED = RawSQL("wanted.id", [], BigIntegerField())
_READER = RawSQL("participant.member_id", [], BigIntegerField())


@dataclass(frozen=True, slots=True)
class Position:
    """How far another member has read in a room."""

    room_id: int
    member_id: int
    first_name: str
    number: int


def hidden_up_to(member_id: int, up_to: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return rooms and numbers of messages that are hidden for all, up to a number.

    Only of rooms that are open to the member, in order; at most HIDDEN_A_ROOM of each.
    """
    return _hidden().rows(
        _Rooms(Viewer(member_id), rooms=[*up_to], numbers=[*up_to.values()])
    )


def positions_in(member_id: int, room_ids: Collection[int]) -> list[Position]:
    """Return how far others have read who are in these rooms now and not blocked.

    Only of rooms that are open to the member, but not of the lobby, and in the room of
    an event not of members who hide; at most READERS_A_ROOM of each.
    """
    rows = _positions().rows(_Rooms(Viewer(member_id), rooms=[*room_ids]))
    return [Position(*row) for row in rows]


@dataclass(frozen=True)
class _Rooms:
    """The rooms of a client; `numbers`: of the last message it has in each."""

    viewer: Viewer
    rooms: list[int]
    numbers: Sequence[int] = ()


_ROOMS = Param[_Rooms](lambda values: values.rooms)


@cache
def _hidden() -> Statement[_Rooms]:
    """Compile the read; `+ 0` keeps PostgreSQL from reading all numbers up to there."""
    room = Statement.of(Room.objects.filter(pk=_WANTED).open_to(VIEWER).values("id"))
    return Statement.written(
        """
        SELECT room.id, message.number
        FROM unnest({rooms}::bigint[], {numbers}::bigint[]) wanted(id, up_to)
        CROSS JOIN LATERAL ({room}) room
        CROSS JOIN LATERAL (
            SELECT number FROM chat_message
            WHERE room_id = room.id AND number + 0 <= wanted.up_to
                AND hidden_at IS NOT NULL
            ORDER BY hidden_at DESC LIMIT {a_room}
        ) message
        ORDER BY 1, 2
        """,
        rooms=_ROOMS,
        numbers=Param[_Rooms](lambda values: values.numbers),
        room=room,
        a_room=HIDDEN_A_ROOM,
    )


@cache
def _positions() -> Statement[_Rooms]:
    rooms = Room.objects.filter(pk=_WANTED).exclude(kind="lobby")
    return Statement.written(
        """
        SELECT room.id, reader.id, reader.first_name, participant.read_number
        FROM unnest({rooms}::bigint[]) wanted(id)
        CROSS JOIN LATERAL ({room}) room
        CROSS JOIN LATERAL (
            SELECT member_id, read_number FROM chat_participant
            WHERE room_id = room.id AND member_id <> {viewer} AND read_number > 0
            ORDER BY read_number DESC, member_id LIMIT {a_room}
        ) participant
        JOIN matchmaker_member reader
            ON reader.id = participant.member_id AND reader.is_active
            AND (reader.visibility = 'everyone' OR room.kind <> 'event')
        WHERE EXISTS ({theirs}) AND NOT EXISTS (
            SELECT FROM matchmaker_block
            WHERE (from_member_id, to_member_id) IN (
                ({viewer}, participant.member_id), (participant.member_id, {viewer})
            )
        )
        ORDER BY room.id, reader.id
        """,
        rooms=_ROOMS,
        room=Statement.of(rooms.open_to(VIEWER).values("id", "kind")),
        viewer=VIEWER,
        a_room=READERS_A_ROOM,
        theirs=Statement.of(rooms.open_to(_READER).values("id")),
    )
