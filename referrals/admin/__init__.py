"""The admin panel of invitations. Its forms read; every write is a service."""

from referrals.admin import codes, lookups, on_members, referrals

__all__ = ["codes", "lookups", "on_members", "referrals"]
