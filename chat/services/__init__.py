"""Every write of the chat: one function per use case; sockets are told on commit."""

from chat.services.messages import (
    hide_message,
    send_message,
    send_messages,
    unhide_message,
)
from chat.services.reading import mark_read
from chat.services.rooms import (
    lobby_id,
    open_direct_room,
    see_rooms,
    see_rooms_of,
)
from chat.services.storing import Draft, Outcome, Stored

__all__ = [
    "Draft",
    "Outcome",
    "Stored",
    "hide_message",
    "lobby_id",
    "mark_read",
    "open_direct_room",
    "see_rooms",
    "see_rooms_of",
    "send_message",
    "send_messages",
    "unhide_message",
]
