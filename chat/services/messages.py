"""Messages: stored first, then sent to everybody in the room."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from chat import errors
from chat.constants import BIGINT_MAX
from chat.message_text import checked_text
from chat.models import Message
from chat.reads import InRoom, open_room
from chat.services import broadcasts
from chat.services.locks import hold_signed_in
from matchmaker.models import Member
from matchmaker.viewer import VIEWER, Viewer
from project.lib.constraints import violations_as
from project.lib.errors import DomainError
from project.lib.reads.statements import Param, Statement


class _Repeated(DomainError):
    """The same client is storing the same message in another call right now."""


_REPEATED = {"message_client_id_unique": _Repeated}


def send_message(
    member: Member, room_id: int, text: str, client_id: UUID | None
) -> tuple[Message, bool]:
    """Store a message under the room's next number; the second value: it is new.

    The room's row is locked from then on until the commit, so numbers follow the order
    of commits, and a rollback leaves no gap. A `client_id` that the member has used in
    this room returns the stored message, which takes no number and is told to nobody.
    After commit everybody in the room gets it. Raises RoomUnknown, TextEmpty,
    TextTooLong, TextInvalid, TokenDead.
    """
    text = checked_text(text)
    if room_id > BIGINT_MAX:
        raise errors.RoomUnknown
    stored = _stored(member, room_id, client_id)
    if stored is None:
        try:
            with violations_as(_REPEATED):
                return _store(member, room_id, text, client_id), True
        except _Repeated:
            stored = _stored(member, room_id, client_id)
    if stored is None:  # it was deleted with its room at this moment
        raise errors.RoomUnknown
    return stored, False


def hide_message(message: Message) -> bool:
    """Hide a message, as staff; its number and time stay. False if already hidden.

    After commit everybody in the room is told.
    """
    with transaction.atomic():
        shown = Message.objects.filter(pk=message.pk, hidden_at=None)
        is_new = bool(shown.update(hidden_at=Now()))
        if is_new:
            broadcasts.message_hidden(message)
    return is_new


def unhide_message(message: Message) -> bool:
    """Show a message again, as staff, to those who read the room later.

    Sockets are not told. False if it is not hidden, or if the sender is gone, and the
    text with them.
    """
    hidden = Message.objects.filter(pk=message.pk, hidden_at__isnull=False)
    return bool(hidden.exclude(sender=None).update(hidden_at=None))


def _stored(member: Member, room_id: int, client_id: UUID | None) -> Message | None:
    if client_id is None:
        return None
    mine = Message.objects.filter(room=room_id, sender=member, client_id=client_id)
    stored = mine.first()
    if stored is not None:
        stored.sender = member
    return stored


def _store(member: Member, room_id: int, text: str, client_id: UUID | None) -> Message:
    hold_signed_in(member)
    sent = _Sent(
        Viewer(member.pk), room_id, text, str(client_id) if client_id else None
    )
    rows = _send().rows(sent)
    if not rows:
        raise errors.RoomUnknown
    ((pk, number, sent_at),) = rows
    message = Message(
        pk=pk, room_id=room_id, number=number, sender=member, text=text,
        client_id=client_id, sent_at=sent_at,
    )  # fmt: skip
    broadcasts.message_sent(message)
    return message


@dataclass(frozen=True)
class _Sent(InRoom):
    text: str
    client_id: str | None


@cache
def _send() -> Statement[_Sent]:
    """Take the number, move the sender's read position with it, and insert.

    The position moves only if nothing before was unread. Times are taken while the room
    is locked, so they follow the order of the numbers.
    """
    return Statement.written(
        """
        WITH numbered AS (
            UPDATE chat_room SET last_number = last_number + 1
            WHERE id = ({room})
            RETURNING id, kind, last_number AS number
        ), has_read AS (
            INSERT INTO chat_participant (room_id, member_id, read_number)
            SELECT id, {viewer},
                CASE WHEN kind = 'lobby' OR number = 1 THEN number ELSE 0 END
            FROM numbered
            ON CONFLICT (room_id, member_id) DO UPDATE
            SET read_number = chat_participant.read_number + 1
            WHERE chat_participant.read_number = (SELECT number - 1 FROM numbered)
        )
        INSERT INTO chat_message
            (room_id, number, sender_id, text, client_id, sent_at)
        SELECT id, number, {viewer}, {text}, {client_id}::uuid, clock_timestamp()
        FROM numbered
        RETURNING id, number, sent_at
        """,
        room=open_room("id"),
        viewer=VIEWER,
        text=Param[_Sent](lambda values: values.text),
        client_id=Param[_Sent](lambda values: values.client_id),
    )
