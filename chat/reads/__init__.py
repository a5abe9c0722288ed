"""What a member reads of the chat: each read is one statement, compiled once.

Rooms that are not open to the member at that moment are left out.
"""

from chat.reads.access import (
    InRoom,
    counters,
    hidden_from,
    last_number,
    open_room,
    open_room_to_each,
    rooms_by_member,
)
from chat.reads.messages import SeenMessage, messages_before, messages_between
from chat.reads.missed import Position, hidden_up_to, positions_in
from chat.reads.rooms import RoomState, room_of, rooms_of, rooms_of_each

__all__ = [
    "InRoom",
    "Position",
    "RoomState",
    "SeenMessage",
    "counters",
    "hidden_from",
    "hidden_up_to",
    "last_number",
    "messages_before",
    "messages_between",
    "open_room",
    "open_room_to_each",
    "positions_in",
    "room_of",
    "rooms_by_member",
    "rooms_of",
    "rooms_of_each",
]
