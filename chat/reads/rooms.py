"""Rooms as members have them. Rights are part of every statement."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from chat.errors import RoomUnknown
from chat.models import Kind, Room
from chat.reads.access import (
    EACH_VIEWER,
    MEMBERS,
    ROOM,
    InRoom,
    OfMembers,
    open_rooms,
)
from matchmaker.display_names import display_name
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.statements import Statement


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
    for member_id, *row in _rooms_of_each().rows(OfMembers([*member_ids])):
        rooms[member_id].append(_state(*row))
    return rooms


def room_of(member_id: int, room_id: int) -> RoomState:
    """Return one of them. Raises RoomUnknown if it is not open to the member."""
    for row in _room_of().rows(InRoom(Viewer(member_id), room_id)):
        return _state(*row)
    raise RoomUnknown


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
def _rooms_of_each() -> Statement[OfMembers]:
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
        members=MEMBERS,
        rooms=open_rooms(rooms, EACH_VIEWER, *_STATE),
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
        room=open_rooms(rooms, VIEWER, *_STATE),
        viewer=VIEWER,
    )
