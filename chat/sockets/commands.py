"""Calls of the services by sockets, each in one go in one thread."""

from collections.abc import Sequence

from chat import limits, reads, services
from chat.errors import SlowDown
from chat.wire import frames
from matchmaker.models import Member


def see(member: Member) -> tuple[list[reads.RoomState], set[int]]:
    """Return the member's rooms, and whom the member is hidden from."""
    return services.see_rooms(member), reads.hidden_from([member.pk])[member.pk]


def send(
    room_id: int, drafts: Sequence[services.Draft]
) -> list[reads.SeenMessage | Exception | None]:
    """Count messages and store them together; return what each sender is answered.

    None: everybody is told of it, the sender too. A message that was stored before is
    for its sender only.
    """
    refusals = limits.count_messages([draft.member.pk for draft in drafts])
    counted = [
        draft
        for draft, refusal in zip(drafts, refusals, strict=True)
        if refusal is None
    ]
    outcomes = iter(services.send_messages(room_id, counted))
    return [refusal or _answer(next(outcomes)) for refusal in refusals]


def _answer(outcome: services.Outcome) -> reads.SeenMessage | Exception | None:
    if not isinstance(outcome, services.Stored):
        return outcome
    return None if outcome.is_new else reads.SeenMessage.of(outcome.message)


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
