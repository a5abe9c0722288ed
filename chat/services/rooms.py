"""Open direct rooms; triggers create all others (sql/rooms_opened.sql)."""

from collections.abc import Collection

from django.db import transaction

from chat import errors, reads
from chat.models import Kind, Participant, Room
from chat.services import broadcasts
from chat.services.locks import held_signed_in
from matchmaker.models import Member
from matchmaker.services.locks import locked_pair


def lobby_id() -> int:
    return Room.objects.values_list("pk", flat=True).get(kind=Kind.LOBBY)


def see_rooms(member: Member) -> list[reads.RoomState]:
    """Return `reads.rooms_of`, and record that the member is here.

    From the first time on, the lobby has a read position: what comes after is unread.
    """
    return see_rooms_of([member])[member.pk]


def see_rooms_of(members: Collection[Member]) -> dict[int, list[reads.RoomState]]:
    """Do the same for several members at once."""
    rooms = reads.rooms_of_each([member.pk for member in members])
    new = [
        (member, room)
        for member in members
        for room in rooms[member.pk]
        if room.kind == Kind.LOBBY and not room.is_entered
    ]
    if new:
        _enter(new)
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


def _enter(new: list[tuple[Member, reads.RoomState]]) -> None:
    with transaction.atomic():
        # Without accounts that are going; then there is nothing to enter.
        held = held_signed_in(member for member, _room in new)
        entering = [
            Participant(room_id=room.id, member=member, read_number=room.read_id)
            for member, room in new
            if (member.pk, member.token_version) in held
        ]
        # In the order of ids: two of these could wait for each other's rows.
        entering.sort(key=lambda each: each.member_id)
        Participant.objects.bulk_create(entering, ignore_conflicts=True)
