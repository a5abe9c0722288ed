"""Read positions."""

from dataclasses import dataclass
from functools import cache

from chat import errors
from chat.constants import BIGINT_MAX
from chat.reads import InRoom, open_room
from chat.services import broadcasts
from chat.services.locks import hold_signed_in
from matchmaker.models import Member
from matchmaker.viewer import VIEWER, Viewer
from project.lib.constraints import violations_as
from project.lib.reads.statements import Param, Statement

# The room is being deleted.
_GONE = {"participant_room": errors.RoomUnknown}


def mark_read(member: Member, room_id: int, number: int) -> int:
    """Move the member's position up to `number`; return where it is then.

    It never moves back. After commit the room's members are told, or only the member's
    own sockets (broadcasts.moved_on). Raises RoomUnknown, IdUnknown, TokenDead.
    """
    if room_id > BIGINT_MAX:
        raise errors.RoomUnknown
    # Larger numbers are in no room, and PostgreSQL could not read them.
    wanted = min(max(number, -1), BIGINT_MAX)
    with violations_as(_GONE):
        hold_signed_in(member)
        rows = _mark().rows(_Reading(Viewer(member.pk), room_id, wanted))
        if not rows:
            raise errors.RoomUnknown
        ((kind, last, before, position, is_hidden),) = rows
        if not 0 <= number <= last:
            raise errors.IdUnknown
        if position != before:
            broadcasts.moved_on(member, room_id, kind, position, is_hidden=is_hidden)
    return int(position)


@dataclass(frozen=True)
class _Reading(InRoom):
    number: int


@cache
def _mark() -> Statement[_Reading]:
    return Statement.written(
        """
        WITH room AS ({room}), moved AS (
            INSERT INTO chat_participant (room_id, member_id, read_number)
            SELECT id, {viewer}, {number} FROM room
            WHERE last_number >= {number} AND {number} >= 0
            ON CONFLICT (room_id, member_id) DO UPDATE
            SET read_number =
                greatest(chat_participant.read_number, excluded.read_number)
            RETURNING read_number
        )
        SELECT room.kind, room.last_number, participant.read_number, moved.read_number,
            EXISTS (
                SELECT FROM matchmaker_member
                WHERE id = {viewer} AND visibility = 'hidden'
            )
        FROM room
        LEFT JOIN chat_participant participant
            ON participant.room_id = room.id AND participant.member_id = {viewer}
        LEFT JOIN moved ON true
        """,
        room=open_room("id", "kind", "last_number"),
        viewer=VIEWER,
        number=Param[_Reading](lambda values: values.number),
    )
