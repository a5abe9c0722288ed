"""Calls of the services by sockets, each in one go in one thread."""

from collections.abc import Mapping, Sequence

from chat import limits, reads, services
from chat.errors import SlowDown
from chat.sockets import queries
from chat.sockets.handshake import Guest, Refused, Ticket
from chat.sockets.queries import Person
from chat.wire import frames
from matchmaker.models import Member


def admit(tickets: Sequence[Ticket]) -> list[Guest | Refused]:
    """Let in the bearers of tickets that were not revoked, with what they see."""
    people = queries.people({ticket.member_id for ticket in tickets})
    bearers = [_bearer(ticket, people) for ticket in tickets]
    members = {each.member.pk: each.member for each in bearers if each is not None}
    rooms = services.see_rooms_of(members.values())
    return [
        Refused()
        if bearer is None
        else Guest(ticket, bearer.member, rooms[bearer.member.pk], {*bearer.hidden})
        for ticket, bearer in zip(tickets, bearers, strict=True)
    ]


def _bearer(ticket: Ticket, people: Mapping[int, Person]) -> Person | None:
    person = people.get(ticket.member_id)
    if person is None:
        return None
    is_valid = person.has_signed_in(ticket.token_version, ticket.token_family)
    return person if is_valid else None


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
