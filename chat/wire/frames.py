"""Frames that the server sends, and the names of the channel layer's groups.

Nothing else knows either. Each builder returns the content of one JSON object.
incoming.py reads what clients send.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from matchmaker.display_names import display_name

Frame = dict[str, Any]

# The service's own codes; 3000 to 3999 are IANA's. The README has the table.
TOKEN_DEAD = 4401
BINARY = 1003
UNAVAILABLE = 1013
BROKEN = 1011


def room_group(room_id: int) -> str:
    return f"chat.room.{room_id}"


def member_group(member_id: int) -> str:
    return f"chat.member.{member_id}"


def encoded(frame: Frame) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def user(member_id: int, first_name: str) -> Frame:
    return {"id": member_id, "first_name": display_name(member_id, first_name)}


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
    """Stand in for a message that the reader may not see."""
    return {"type": "message.hidden", "room": room_id, "id": number}


def message_read(room_id: int, number: int, reader: Frame) -> Frame:
    return {"type": "message.read", "room": room_id, "id": number, "user": reader}


def typing(room_id: int, writer: Frame) -> Frame:
    return {"type": "typing", "room": room_id, "user": writer}


def presence(member: Frame, *, is_online: bool) -> Frame:
    status = "online" if is_online else "offline"
    return {"type": "presence", "user": member, "status": status}


def room_new(room: Frame) -> Frame:
    """Tell of a new room; `room` is as in `welcome`."""
    return {"type": "room.new", "room": room}


def room_gone(room_id: int) -> Frame:
    return {"type": "room.gone", "room": room_id}


def resumed(last_ids: Mapping[int, int]) -> Frame:
    """Tell up to where each room was replayed; rooms not open to you are left out."""
    return {"type": "resumed", "rooms": {str(k): v for k, v in last_ids.items()}}


def pong() -> Frame:
    return {"type": "pong"}


def error(code: str, detail: str, client_id: str | None = None) -> Frame:
    return {"type": "error", "code": code, "detail": detail, "client_id": client_id}


def instant(moment: datetime) -> str:
    """Return ISO 8601 in UTC, as everywhere in the API."""
    return moment.isoformat().replace("+00:00", "Z")
