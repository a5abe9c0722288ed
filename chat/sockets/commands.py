"""Calls of the services by a socket, each in one go in one thread."""

from chat import limits, reads, services
from chat.errors import SlowDown
from chat.wire import frames, incoming
from matchmaker.models import Member


def see(member: Member) -> tuple[list[reads.RoomState], set[int]]:
    """Return the member's rooms, and whom the member is hidden from."""
    return services.see_rooms(member), reads.hidden_from([member.pk])[member.pk]


def send(member: Member, command: incoming.Send) -> reads.SeenMessage | None:
    """Store a message; None: everybody is told of it, the sender too.

    A message that was stored before is returned, for this client only.
    """
    limits.count_message(member.pk)
    room_id = services.lobby_id() if command.room_id is None else command.room_id
    message, is_new = services.send_message(
        member, room_id, command.text, command.client_id
    )
    return None if is_new else reads.SeenMessage.of(message)


def mark_read(member: Member, room_id: int, number: int) -> None:
    services.mark_read(member, room_id, number)


def missed(member_id: int, after: dict[int, int]) -> list[frames.Frame]:
    """Return what else a resuming client missed: hidden messages, read positions.

    `after`: up to which number it has the messages of each room.
    """
    hidden = reads.hidden_up_to(member_id, after)
    positions = reads.positions_in(member_id, after)
    return [frames.message_hidden(*each) for each in hidden] + [
        frames.message_read(p.room_id, p.number, frames.user(p.member_id, p.first_name))
        for p in positions
    ]


def slow_down() -> frames.Frame:
    error = SlowDown(wait_s=0)
    return frames.error(error.code, str(error.detail))
