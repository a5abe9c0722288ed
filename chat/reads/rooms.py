"""Rooms as members have them. Rights are part of every statement."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from chat.errors import RoomUnknown
from chat.models import Kind, Room
from chat.querysets import RoomQuerySet
from matchmaker.display_names import display_name
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.statements import Param, Statement


class OfRoom(Protocol):
    """Values of a statement about one room."""

    @property
    def room_id(self) -> int: ...


@dataclass(frozen=True)
class InRoom:
    """The values of a read by a member in one room."""

    viewer: Viewer
    room_id: int


@dataclass(frozen=True)
class _Together:
    member_ids: list[int]


ROOM = Param[OfRoom](lambda values: values.room_id, BigIntegerField())
_MEMBERS = Param[_Together](lambda values: values.member_ids)

# For `unnest(…) viewer(id)`, when many members are read at once.
EACH_VIEWER = RawSQL("viewer.id", [], BigIntegerField())


@dataclass(frozen=True, slots=True)
class RoomState:
    """A room as one of its members has it.

    `name`: of what it belongs to. `user`: the other member of a direct room.
    `is_entered`: a read position is stored. `is_presence_told`: to others there for
    whom it is told too, and theirs to the member.
    """

    id: int
    kind: str
    name: str
    user: dict[str, Any] | None
    last_id: int
    read_id: int
    is_entered: bool
    is_presence_told: bool

    @property
    def unread(self) -> int:
        return self.last_id - self.read_id

    @property
    def title(self) -> str:
        return _("Lobby") if self.kind == Kind.LOBBY else self.name

    def shown(self) -> dict[str, Any]:
        """Return the room as answers and frames have it: serializers.RoomState."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "last_id": self.last_id,
            "read_id": self.read_id,
            "unread": self.unread,
            "user": self.user,
        }


def rooms_of(member_id: int) -> list[RoomState]:
    """Return the rooms that are open to the member, the lobby first, then by id.

    A member who was never in the lobby counts as having read all of it.
    """
    return rooms_of_each([member_id])[member_id]


def rooms_of_each(member_ids: Collection[int]) -> dict[int, list[RoomState]]:
    """Return the same for several members."""
    rooms: dict[int, list[RoomState]] = {pk: [] for pk in member_ids}
    for member_id, *row in _rooms_of_each().rows(_Together([*member_ids])):
        rooms[member_id].append(_state(*row))
    return rooms


def room_of(member_id: int, room_id: int) -> RoomState:
    """Return one of them. Raises RoomUnknown if it is not open to the member."""
    for row in _room_of().rows(InRoom(Viewer(member_id), room_id)):
        return _state(*row)
    raise RoomUnknown


def last_number(member_id: int, room_id: int) -> int:
    """Return how many messages the room has. Raises RoomUnknown if it is not open."""
    for _pk, last in _open_room().rows(InRoom(Viewer(member_id), room_id)):
        return last
    raise RoomUnknown


def counters(room_ids: Collection[int]) -> dict[int, int]:
    """Return how many messages each of these rooms has, without rooms that are gone."""
    rooms = Room.objects.filter(pk__in=room_ids)
    return dict(rooms.values_list("pk", "last_number"))


def rooms_by_member(member_ids: Collection[int]) -> dict[int, dict[int, bool]]:
    """Return the ids of each member's open rooms, with RoomState's `is_presence_told`.

    Inactive members get no rooms.
    """
    rooms: dict[int, dict[int, bool]] = {pk: {} for pk in member_ids}
    rows = _rooms_by_member().rows(_Together([*member_ids]))
    for member_id, room_id, is_told in rows:
        rooms[member_id][room_id] = is_told
    return rooms


def hidden_from(member_ids: Collection[int]) -> dict[int, set[int]]:
    """Return whom each of these members blocks or is blocked by."""
    hidden: dict[int, set[int]] = {pk: set() for pk in member_ids}
    for member_id, other_id in _HIDDEN.rows(_Together([*member_ids])):
        hidden[member_id].add(other_id)
    return hidden


def open_room(*columns: str) -> Statement[InRoom]:
    """Compile a read of the room ROOM; it gives no row unless open to VIEWER."""
    return Statement.of(
        Room.objects.filter(pk=ROOM).open_to(VIEWER).values_list(*columns)
    )


def open_room_to_each(*columns: str) -> Statement[OfRoom]:
    """Compile the same for each row of a `viewer(id)` instead of VIEWER."""
    rooms = Room.objects.filter(pk=ROOM)
    return Statement.of(rooms.open_to(EACH_VIEWER).values_list(*columns))


def _open_rooms(rooms: RoomQuerySet, viewer: Any, *columns: str) -> Statement[Any]:
    ways = [way.values_list(*columns) for way in rooms.ways_in(viewer)]
    return Statement.of(ways[0].union(*ways[1:]))


def _state(
    pk: int,
    kind: str,
    name: str | None,
    other: int | None,
    last: int,
    is_told: bool,
    read: int | None,
) -> RoomState:
    is_lobby = kind == Kind.LOBBY
    name = name or ""
    if other is not None:
        name = display_name(other, name)
    return RoomState(
        id=pk,
        kind=kind,
        name=name,
        user=None if other is None else {"id": other, "first_name": name},
        last_id=last,
        read_id=(last if is_lobby else 0) if read is None else read,
        is_entered=read is not None,
        is_presence_told=is_told,
    )


_STATE = ("id", "kind", "title", "other", "last_number", "is_presence_told")


@cache
def _rooms_of_each() -> Statement[_Together]:
    """Compile the read; of positions, those of the members only are read."""
    rooms = Room.objects.with_titles(EACH_VIEWER)
    return Statement.written(
        """
        WITH viewer AS (SELECT id FROM unnest({members}::bigint[]) viewer(id)),
        position AS MATERIALIZED (
            SELECT participant.* FROM viewer CROSS JOIN LATERAL (
                SELECT room_id, member_id, read_number FROM chat_participant
                WHERE member_id = viewer.id OFFSET 0
            ) participant
        )
        SELECT viewer.id, room.*, position.read_number
        FROM viewer CROSS JOIN LATERAL ({rooms}) room
        LEFT JOIN position ON position.room_id = room.id
            AND position.member_id = viewer.id
        ORDER BY viewer.id, room.kind <> 'lobby', room.id
        """,
        members=_MEMBERS,
        rooms=_open_rooms(rooms, EACH_VIEWER, *_STATE),
    )


@cache
def _room_of() -> Statement[InRoom]:
    rooms = Room.objects.filter(pk=ROOM).with_titles(VIEWER)
    return Statement.written(
        """
        SELECT room.*, participant.read_number FROM ({room}) room
        LEFT JOIN chat_participant participant
            ON participant.room_id = room.id AND participant.member_id = {viewer}
        """,
        room=_open_rooms(rooms, VIEWER, *_STATE),
        viewer=VIEWER,
    )


@cache
def _open_room() -> Statement[InRoom]:
    return open_room("id", "last_number")


@cache
def _rooms_by_member() -> Statement[_Together]:
    return Statement.written(
        """
        SELECT viewer.id, room.* FROM unnest({members}::bigint[]) wanted(id)
        JOIN matchmaker_member viewer ON viewer.id = wanted.id AND viewer.is_active
        CROSS JOIN LATERAL ({rooms}) room
        """,
        members=_MEMBERS,
        rooms=_open_rooms(Room.objects.all(), EACH_VIEWER, "id", "is_presence_told"),
    )


_HIDDEN: Statement[_Together] = Statement.written(
    """
    SELECT from_member_id, to_member_id FROM matchmaker_block
    WHERE from_member_id = ANY({members}::bigint[])
    UNION ALL
    SELECT to_member_id, from_member_id FROM matchmaker_block
    WHERE to_member_id = ANY({members}::bigint[])
    """,
    members=_MEMBERS,
)
