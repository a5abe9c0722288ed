"""The admin panel of invitations. Its forms read; every write is a service."""

from referrals.admin import lookups

__all__ = ["lookups"]
