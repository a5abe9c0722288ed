"""Who may be in which rooms, and who hides from whom."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from chat.errors import RoomUnknown
from chat.models import Room
from chat.querysets import RoomQuerySet
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
class OfMembers:
    """Members who are read at once."""

    member_ids: list[int]


ROOM = Param[OfRoom](lambda values: values.room_id, BigIntegerField())
MEMBERS = Param[OfMembers](lambda values: values.member_ids)

# For `unnest(…) viewer(id)`, when many members are read at once.
EACH_VIEWER = RawSQL("viewer.id", [], BigIntegerField())


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
    rows = _rooms_by_member().rows(OfMembers([*member_ids]))
    for member_id, room_id, is_told in rows:
        rooms[member_id][room_id] = is_told
    return rooms


def hidden_from(member_ids: Collection[int]) -> dict[int, set[int]]:
    """Return whom each of these members blocks or is blocked by."""
    hidden: dict[int, set[int]] = {pk: set() for pk in member_ids}
    for member_id, other_id in _HIDDEN.rows(OfMembers([*member_ids])):
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


def open_rooms(rooms: RoomQuerySet, viewer: Any, *columns: str) -> Statement[Any]:
    """Compile the same of all `rooms`, each of which may come once for each way in."""
    ways = [way.values_list(*columns) for way in rooms.ways_in(viewer)]
    return Statement.of(ways[0].union(*ways[1:]))


@cache
def _open_room() -> Statement[InRoom]:
    return open_room("id", "last_number")


@cache
def _rooms_by_member() -> Statement[OfMembers]:
    return Statement.written(
        """
        SELECT viewer.id, room.* FROM unnest({members}::bigint[]) wanted(id)
        JOIN matchmaker_member viewer ON viewer.id = wanted.id AND viewer.is_active
        CROSS JOIN LATERAL ({rooms}) room
        """,
        members=MEMBERS,
        rooms=open_rooms(Room.objects.all(), EACH_VIEWER, "id", "is_presence_told"),
    )


_HIDDEN: Statement[OfMembers] = Statement.written(
    """
    SELECT from_member_id, to_member_id FROM matchmaker_block
    WHERE from_member_id = ANY({members}::bigint[])
    UNION ALL
    SELECT to_member_id, from_member_id FROM matchmaker_block
    WHERE to_member_id = ANY({members}::bigint[])
    """,
    members=MEMBERS,
)
