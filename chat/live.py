"""Broadcasts (Builder B writes this; placeholders so that services can be imported)."""

from collections.abc import Iterable
from typing import Any


def tell_room(
    room_id: int,
    frame: dict[str, Any],
    *,
    number: int | None = None,
    sender_id: int | None = None,
) -> None:
    """Give a frame to every socket in the room."""


def tell_members(member_ids: Iterable[int], frame: dict[str, Any]) -> None:
    """Give a frame to every socket of these members."""


def refresh_members(member_ids: Iterable[int]) -> None:
    """Have the sockets of these members read anew which rooms are open to them."""


def refresh_room(room_id: int) -> None:
    """Have the sockets in this room read anew which rooms are open to them."""
