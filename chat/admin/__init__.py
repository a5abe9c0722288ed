"""The admin panel of the chat. It only reads; every write is a service."""

from chat.admin import messages, rooms

__all__ = ["messages", "rooms"]
