"""The admin panel of members. Its forms read; every write is a service."""

from matchmaker.admin import members, pairs, sign_in

__all__ = ["members", "pairs", "sign_in"]
