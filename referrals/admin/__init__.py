"""The admin panel of invitations. Its forms only read; every write is a service."""

from referrals.admin import codes, referrals
from referrals.admin import email_lookups as lookups
from referrals.admin import member_page as on_members

__all__ = ["codes", "lookups", "on_members", "referrals"]
