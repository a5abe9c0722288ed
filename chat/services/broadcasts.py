"""What open sockets are told after a commit; no failure here can undo a write."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction

from chat import live
from chat.models import Kind, Message
from chat.wire import frames
from matchmaker.models import Member


def message_sent(message: Message) -> None:
    after_commit = partial(
        live.tell_room,
        message.room_id,
        new_frame(message),
        number=message.number,
        sender_id=message.sender_id,
    )
    transaction.on_commit(after_commit, robust=True)


def new_frame(message: Message) -> frames.Frame:
    """Return two frames of a message whose sender exists: the sender's, the others'."""
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


def moved_on(member: Member, room_id: int, kind: str, number: int) -> None:
    """Tell how far the member has read; in the lobby only their own sockets."""
    frame = frames.message_read(
        room_id, number, frames.user(member.pk, member.first_name)
    )
    tell = (
        partial(live.tell_members, [member.pk], frame)
        if kind == Kind.LOBBY
        else partial(live.tell_room, room_id, frame, sender_id=member.pk)
    )
    transaction.on_commit(tell, robust=True)


def rights_changed(member_ids: Iterable[int]) -> None:
    """Make these members' sockets read anew their rooms and who is hidden."""
    transaction.on_commit(partial(live.refresh_members, [*member_ids]), robust=True)


def room_closed(room_id: int) -> None:
    """Do the same for everybody in the room."""
    transaction.on_commit(partial(live.refresh_room, room_id), robust=True)
