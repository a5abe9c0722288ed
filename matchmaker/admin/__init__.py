"""The admin panel of members. Its forms read; every write is a service."""

from matchmaker.admin import members, pairs

__all__ = ["members", "pairs"]
