"""Frames that clients send."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from django.utils.translation import gettext as _

from chat.constants import BIGINT_MAX, MAX_FRAME_BYTES, MAX_RESUMED_ROOMS
from chat.wire.frames import Frame, error
from project.lib.api.parsers import BYTE_ORDER_MARK, RepeatedName, without_repeats
from project.lib.api.unknown_input import unknown_field

CLIENT_ID_MAX_LENGTH = 64
# Fields of every frame; an error names its frame by the client_id.
EVERYWHERE = ("type", "client_id")
NAME_MAX_LENGTH = 64
ROOM_KEY = re.compile(r"[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Send:
    """Send a message; `room_id` None: to the lobby."""

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
    """Resume; after which number to replay each room."""

    after: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ping:
    pass


Command = Send | Read | Typing | Resume | Ping


class FrameInvalid(Exception):
    """The frame is not a valid command; `frame` is the error to answer with."""

    def __init__(self, code: str, detail: str, client_id: str | None = None) -> None:
        super().__init__(code)
        self.frame = error(code, detail, client_id)


def read(text: str) -> Command:
    """Return the command in a client's text frame. Raises FrameInvalid."""
    if len(text) > MAX_FRAME_BYTES or len(text.encode()) > MAX_FRAME_BYTES:
        raise FrameInvalid("frame_too_large", _("A frame can be at most 16 KiB."))
    try:
        given = json.loads(
            text.removeprefix(BYTE_ORDER_MARK),
            parse_constant=_no_number,
            object_pairs_hook=without_repeats,
        )
    except RepeatedName as repeated:
        detail = _("The field “%(field)s” is repeated.")
        shown = {"field": _shown(repeated.name)}
        raise FrameInvalid("frame_invalid", detail % shown) from repeated
    except (ValueError, RecursionError) as problem:
        raise FrameInvalid(
            "frame_invalid", _("The frame is not valid JSON.")
        ) from problem
    if not isinstance(given, dict):
        raise FrameInvalid("frame_invalid", _("A frame must be a JSON object."))
    kind = given.get("type", "message.send" if "message" in given else None)
    reader, fields = _READERS.get(kind if isinstance(kind, str) else "", (None, ()))
    if reader is None:
        raise FrameInvalid("type_unknown", _("Unknown frame type."))
    for name in given:
        if name not in fields and name not in EVERYWHERE:
            detail = f"{_shown(name)}: {unknown_field(name, fields)}"
            raise FrameInvalid("frame_invalid", detail, client_id_of(given))
    try:
        return reader(given)
    except _Wrong as wrong:
        detail = _("The field “%(field)s” is missing or invalid.")
        raise FrameInvalid(
            "frame_invalid", detail % {"field": wrong.field}, client_id_of(given)
        ) from wrong


def client_id_of(given: Frame) -> str | None:
    """Return the client_id with which an answer names the frame, if it is valid."""
    client_id = given.get("client_id")
    if not isinstance(client_id, str) or len(client_id) > CLIENT_ID_MAX_LENGTH:
        return None
    return client_id if client_id.isprintable() else None


def _shown(name: str) -> str:
    """Return a field's name in a form that an answer can repeat."""
    return name[:NAME_MAX_LENGTH] if name.isprintable() else "?"


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


def _ping(given: Frame) -> Ping:
    return Ping()


# By type: the reader, and the fields that it reads.
_READERS: dict[str, tuple[Callable[[Frame], Command], tuple[str, ...]]] = {
    "message.send": (_send, ("room", "message")),
    "message.read": (_read, ("room", "id")),
    "typing": (_typing, ("room",)),
    "resume": (_resume, ("rooms",)),
    "ping": (_ping, ()),
}
