"""Messages: stored first, then sent to everybody in the room."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from chat import errors
from chat.constants import BIGINT_MAX
from chat.message_text import checked_text
from chat.models import Message
from chat.services import broadcasts
from chat.services.storing import Draft, Outcome, Stored, store
from matchmaker.models import Member
from project.lib.errors import DomainError


def send_message(
    member: Member, room_id: int, text: str, client_id: UUID | None
) -> tuple[Message, bool]:
    """Store a message under the room's next number; the second value: it is new.

    As `send_messages`; raises RoomUnknown, TextEmpty, TextTooLong, TextInvalid,
    TokenDead.
    """
    (outcome,) = send_messages(room_id, [Draft(member, text, client_id)])
    if not isinstance(outcome, Stored):
        raise outcome
    return outcome.message, outcome.is_new


def send_messages(room_id: int, drafts: Sequence[Draft]) -> list[Outcome]:
    """Store messages of one room under its next numbers, in order, in one transaction.

    Return what became of each: one that is refused does not harm the others. The room's
    row is locked until the commit, so numbers follow the order of commits, and a
    rollback leaves no gap. A `client_id` that its sender has used in this room returns
    the stored message, which takes no number and is told to nobody. After commit
    everybody in the room gets the new ones. Raises django.db.Error if none was stored.
    """
    outcomes: dict[int, Outcome] = {}
    checked: dict[int, Draft] = {}
    for place, draft in enumerate(drafts):
        try:
            text = checked_text(draft.text)
            if room_id > BIGINT_MAX:
                raise errors.RoomUnknown
            checked[place] = replace(draft, text=text)
        except DomainError as error:
            outcomes[place] = error
    if checked:
        stored = store(room_id, [*checked.values()])
        outcomes |= zip(checked, stored, strict=True)
    return [outcomes[place] for place in range(len(drafts))]


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
