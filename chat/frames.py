"""What goes over the socket, and the names of the channel layer's groups.

The only place that knows either. Builders return what becomes one JSON object; `read`
makes a command of what a client sent.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.utils.translation import gettext as _

from chat.constants import BIGINT_MAX, MAX_FRAME_BYTES, MAX_RESUMED_ROOMS

Frame = dict[str, Any]

# Of the service's own; 3000 to 3999 are IANA's. README has the table.
TOKEN_DEAD = 4401
BINARY = 1003
UNAVAILABLE = 1013
BROKEN = 1011

CLIENT_ID_MAX_LENGTH = 64
ROOM_KEY = re.compile(r"[1-9][0-9]{0,18}")


def room_group(room_id: int) -> str:
    return f"chat.room.{room_id}"


def member_group(member_id: int) -> str:
    return f"chat.member.{member_id}"


def encoded(frame: Frame) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def user(member_id: int, first_name: str) -> Frame:
    return {"id": member_id, "first_name": first_name}


def welcome(member: Frame, rooms: list[Frame]) -> Frame:
    return {"type": "welcome", "user": member, "rooms": rooms}


def message_new(
    *,
    room_id: int,
    number: int,
    sender: Frame,
    text: str,
    sent_at: datetime,
    client_id: UUID | None,
) -> Frame:
    return {
        "type": "message.new",
        "id": number,
        "room": room_id,
        "user": sender,
        "message": text,
        "sent_at": instant(sent_at),
        "client_id": client_id and str(client_id),
    }


def message_hidden(room_id: int, number: int) -> Frame:
    """In the place of a message that the reader may not see."""
    return {"type": "message.hidden", "room": room_id, "id": number}


def message_read(room_id: int, number: int, reader: Frame) -> Frame:
    return {"type": "message.read", "room": room_id, "id": number, "user": reader}


def typing(room_id: int, writer: Frame) -> Frame:
    return {"type": "typing", "room": room_id, "user": writer}


def presence(member: Frame, *, is_online: bool) -> Frame:
    status = "online" if is_online else "offline"
    return {"type": "presence", "user": member, "status": status}


def room_new(room: Frame) -> Frame:
    """`room` is as in `welcome`."""
    return {"type": "room.new", "room": room}


def room_gone(room_id: int) -> Frame:
    return {"type": "room.gone", "room": room_id}


def resumed(last_ids: Mapping[int, int]) -> Frame:
    """Up to where each room was replayed; rooms that are not yours are left out."""
    return {"type": "resumed", "rooms": {str(k): v for k, v in last_ids.items()}}


def pong() -> Frame:
    return {"type": "pong"}


def error(code: str, detail: str, client_id: str | None = None) -> Frame:
    return {"type": "error", "code": code, "detail": detail, "client_id": client_id}


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC, as everywhere in the API."""
    return moment.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Send:
    """`room_id` None: the lobby."""

    room_id: int | None
    text: str
    client_id: UUID | None


@dataclass(frozen=True)
class Read:
    room_id: int
    number: int


@dataclass(frozen=True)
class Typing:
    room_id: int


@dataclass(frozen=True)
class Resume:
    """After which number to replay each room."""

    after: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ping:
    pass


Command = Send | Read | Typing | Resume | Ping


class FrameInvalid(Exception):
    """What a client sent is no command; `frame` tells it."""

    def __init__(self, code: str, detail: str, client_id: str | None = None) -> None:
        super().__init__(code)
        self.frame = error(code, detail, client_id)


def read(text: str) -> Command:
    """The command in a client's text frame. Raises FrameInvalid."""
    if len(text) > MAX_FRAME_BYTES or len(text.encode()) > MAX_FRAME_BYTES:
        raise FrameInvalid("frame_too_large", _("A frame has at most 16 KiB."))
    try:
        given = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as problem:
        raise FrameInvalid("frame_invalid", _("This is no JSON.")) from problem
    if not isinstance(given, dict):
        raise FrameInvalid("frame_invalid", _("A frame is a JSON object."))
    kind = given.get("type", "message.send" if "message" in given else None)
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise FrameInvalid("type_unknown", _("There is no such type of frame."))
    try:
        return reader(given)
    except _Wrong as wrong:
        detail = _("The field “%(field)s” is missing or wrong.")
        raise FrameInvalid(
            "frame_invalid", detail % {"field": wrong.field}, client_id_of(given)
        ) from wrong


def client_id_of(given: Frame) -> str | None:
    """What an answer names the client's frame by, if it can be repeated."""
    client_id = given.get("client_id")
    if not isinstance(client_id, str) or len(client_id) > CLIENT_ID_MAX_LENGTH:
        return None
    return client_id if client_id.isprintable() else None


class _Wrong(Exception):
    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _whole(given: Frame, field: str) -> int:
    value = given.get(field)
    if type(value) is not int or not 0 < value <= BIGINT_MAX:
        raise _Wrong(field)
    return value


def _send(given: Frame) -> Send:
    text, client_id = given.get("message"), given.get("client_id")
    if not isinstance(text, str):
        raise _Wrong("message")
    # Without a type it goes to the lobby, as the events system's document has it.
    is_bare = "type" not in given and "room" not in given
    room_id = None if is_bare else _whole(given, "room")
    try:
        return Send(room_id, text, None if client_id is None else UUID(client_id))
    except (ValueError, TypeError, AttributeError) as problem:
        raise _Wrong("client_id") from problem


def _read(given: Frame) -> Read:
    return Read(_whole(given, "room"), _whole(given, "id"))


def _typing(given: Frame) -> Typing:
    return Typing(_whole(given, "room"))


def _resume(given: Frame) -> Resume:
    rooms = given.get("rooms")
    if not isinstance(rooms, dict) or len(rooms) > MAX_RESUMED_ROOMS:
        raise _Wrong("rooms")
    after = {}
    for key, number in rooms.items():
        if not ROOM_KEY.fullmatch(key) or type(number) is not int:
            raise _Wrong("rooms")
        if not 0 <= number <= BIGINT_MAX or int(key) > BIGINT_MAX:
            raise _Wrong("rooms")
        after[int(key)] = number
    return Resume(after)


_READERS = {
    "message.send": _send,
    "message.read": _read,
    "typing": _typing,
    "resume": _resume,
    "ping": lambda given: Ping(),
}
