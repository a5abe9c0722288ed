"""Rooms and messages; the socket, and REST beside it."""
