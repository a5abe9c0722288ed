"""Messages as their viewers see them. Rights are part of every statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self
from uuid import UUID

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least

from chat import constants
from chat.errors import RoomUnknown
from chat.models import Message
from chat.reads.access import ROOM, InRoom, open_room
from chat.wire import frames
from matchmaker.display_names import display_name
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.statements import Param, Statement


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """A message as one viewer sees it; `number` is its place in the room.

    Hidden are messages that staff hid, and those of members who are gone or hide from
    the viewer: only the number is left of them, not even the time.
    """

    room_id: int
    number: int
    is_hidden: bool
    sent_at: datetime | None = None
    sender_id: int | None = None
    first_name: str = ""
    text: str = ""
    client_id: UUID | None = None

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return the message as its sender sees it."""
        sender = message.sender
        if message.hidden_at is not None or sender is None:
            return cls(message.room_id, message.number, True)
        return cls(
            message.room_id, message.number, False, message.sent_at, sender.pk,
            sender.first_name, message.text, message.client_id,
        )  # fmt: skip

    @property
    def user(self) -> dict[str, Any] | None:
        if self.is_hidden or self.sender_id is None:
            return None
        return {
            "id": self.sender_id,
            "first_name": display_name(self.sender_id, self.first_name),
        }

    def shown(self) -> dict[str, Any]:
        """Return the message as HTTP has it: serializers.SeenMessage."""
        return {
            "id": self.number,
            "room": self.room_id,
            "hidden": self.is_hidden,
            "user": self.user,
            "message": None if self.is_hidden else self.text,
            "sent_at": self.sent_at and frames.instant(self.sent_at),
            "client_id": self.client_id and str(self.client_id),
        }


def messages_between(
    member_id: int, room_id: int, *, after: int, up_to: int, limit: int
) -> list[SeenMessage]:
    """Return the first `limit` messages with `after` < number <= `up_to`, in order.

    At most HISTORY_LIMIT_MAX. None are left out. Raises RoomUnknown if the room is not
    open to the member.
    """
    high = min(up_to, after + limit)
    wanted = _Between(Viewer(member_id), room_id, low=after, high=high)
    messages, _last = _messages(_messages_between(), wanted)
    return messages


def messages_before(
    member_id: int, room_id: int, *, before: int, limit: int
) -> tuple[list[SeenMessage], int]:
    """Return the last `limit` messages with a number < `before`, latest first.

    And how many the room has. At most HISTORY_LIMIT_MAX messages are read. Raises
    RoomUnknown if the room is not open to the member.
    """
    wanted = _Before(Viewer(member_id), room_id, high=before - 1, limit=limit)
    return _messages(_messages_before(), wanted)


@dataclass(frozen=True)
class _Between(InRoom):
    """`low` < number <= `high`."""

    low: int
    high: int


@dataclass(frozen=True)
class _Before(InRoom):
    """The last `limit` with a number <= `high`."""

    high: int
    limit: int


@cache
def _messages_between() -> Statement[_Between]:
    low = Param[_Between](lambda values: values.low, BigIntegerField())
    high = Param[_Between](lambda values: values.high, BigIntegerField())
    return _compiled_messages("number", low, high)


@cache
def _messages_before() -> Statement[_Before]:
    high = Param[_Before](lambda values: values.high, BigIntegerField())
    limit = Param[_Before](lambda values: values.limit, BigIntegerField())
    last = Least(high, RawSQL("room.last_number", [], BigIntegerField()))
    return _compiled_messages("-number", last - limit, last)


def _compiled_messages(order: str, low: Any, high: Any) -> Statement[Any]:
    """Compile the read; an open room gives at least one row, with nulls if it is empty.

    PostgreSQL plans for any values. From the LIMIT it knows that few rows come, and the
    range of the numbers, which have no gaps, bounds how many it reads. With a LIMIT
    alone it may read a whole room and sort it.
    """
    columns = (
        "number", "sent_at", "is_visible", "sender", "sender__first_name", "text",
        "client_id",
    )  # fmt: skip
    messages = (
        Message.objects.with_visible_to(VIEWER)
        .filter(room=ROOM, number__gt=low, number__lte=high)
        .values_list(*columns)
        .order_by(order)[: constants.HISTORY_LIMIT_MAX]
    )
    return Statement.written(
        """
        SELECT room.last_number, message.* FROM ({room}) room
        LEFT JOIN LATERAL ({messages}) message ON true
        """,
        room=open_room("id", "last_number"),
        messages=Statement.of(messages),
    )


def _messages(
    statement: Statement[Any], wanted: InRoom
) -> tuple[list[SeenMessage], int]:
    rows = statement.rows(wanted)
    if not rows:
        raise RoomUnknown
    return [*_seen(wanted.room_id, rows)], rows[0][0]


def _seen(room_id: int, rows: Iterable[tuple[Any, ...]]) -> Iterable[SeenMessage]:
    for _last, number, sent_at, is_visible, sender, first_name, text, client_id in rows:
        if number is None:
            continue
        if is_visible:
            yield SeenMessage(
                room_id, number, False, sent_at, sender, first_name, text,
                client_id and UUID(str(client_id)),
            )  # fmt: skip
        else:
            yield SeenMessage(room_id, number, True)
