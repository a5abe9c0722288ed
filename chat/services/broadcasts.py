"""What open sockets are told after a commit; no failure here can undo a write."""

from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction

from chat import live
from chat.models import Kind, Message
from chat.wire import frames
from matchmaker.models import Member


def messages_sent(room_id: int, messages: Sequence[Message]) -> None:
    """Tell of new messages of a room, in the order of their numbers."""
    if messages:
        new = [
            live.Spoken(each.number, each.sender_id, frames.encoded(new_frame(each)))
            for each in messages
        ]
        tell = partial(live.tell_messages, room_id, new)
        transaction.on_commit(tell, robust=True)


def new_frame(message: Message) -> frames.Frame:
    """Return the frame of a message whose sender exists."""
    sender = message.sender
    assert sender is not None  # noqa: S101
    return frames.message_new(
        room_id=message.room_id,
        number=message.number,
        sender=frames.user(sender.pk, sender.first_name),
        text=message.text,
        sent_at=message.sent_at,
        client_id=message.client_id,
    )


def message_hidden(message: Message) -> None:
    frame = frames.message_hidden(message.room_id, message.number)
    transaction.on_commit(partial(live.tell_room, message.room_id, frame), robust=True)


def moved_on(
    member: Member, room_id: int, kind: str, number: int, *, is_hidden: bool
) -> None:
    """Tell how far the member has read, where that is told.

    In the lobby, and in an event's room for a member who hides, only their own sockets.
    """
    frame = frames.message_read(
        room_id, number, frames.user(member.pk, member.first_name)
    )
    tell = (
        partial(live.tell_members, [member.pk], frame)
        if kind == Kind.LOBBY or (kind == Kind.EVENT and is_hidden)
        else partial(live.tell_room, room_id, frame, sender_id=member.pk)
    )
    transaction.on_commit(tell, robust=True)


def rights_changed(member_ids: Iterable[int]) -> None:
    """Make these members' sockets read anew their rooms and who is hidden."""
    transaction.on_commit(partial(live.refresh_members, [*member_ids]), robust=True)


def room_closed(room_id: int) -> None:
    """Do the same for everybody in the room."""
    transaction.on_commit(partial(live.refresh_room, room_id), robust=True)
