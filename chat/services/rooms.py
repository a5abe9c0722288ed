"""Open direct rooms; triggers create all others (sql/rooms_opened.sql)."""

from contextlib import suppress

from django.db import transaction

from chat import errors, reads
from chat.models import Kind, Participant, Room
from chat.services import broadcasts
from events.services.locks import hold_members
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import locked_pair


def lobby_id() -> int:
    return Room.objects.values_list("pk", flat=True).get(kind=Kind.LOBBY)


def see_rooms(member: Member) -> list[reads.RoomState]:
    """Return `reads.rooms_of`, and record that the member is here.

    From the first time on, the lobby has a read position: what comes after is unread.
    """
    rooms = reads.rooms_of(member.pk)
    for room in rooms:
        if room.kind == Kind.LOBBY and not room.is_entered:
            _enter(member, room)
    return rooms


def open_direct_room(member: Member, other_id: int) -> tuple[Room, bool]:
    """Return the room of two members who may talk; the second value: it is new.

    After commit both are told of a new one. Raises MemberUnknown for a member the
    caller may not know of, NotAcquainted, Oneself, TokenDead.
    """
    with locked_pair(member, other_id) as pair:
        pair.require_visible()
        low, high = sorted((member.pk, other_id))
        room, is_new = Room.objects.get_or_create(
            low_member_id=low, high_member_id=high, defaults={"kind": Kind.DIRECT}
        )
        if not Room.objects.filter(pk=room.pk).acquainted().exists():
            raise errors.NotAcquainted  # the room is rolled back too
        if is_new:
            broadcasts.rights_changed([low, high])
    return room, is_new


def _enter(member: Member, room: reads.RoomState) -> None:
    # The account may be going; then there is nothing to enter.
    with suppress(TokenDead), transaction.atomic():
        hold_members(member)
        Participant.objects.bulk_create(
            [Participant(room_id=room.id, member=member, read_number=room.read_id)],
            ignore_conflicts=True,
        )
