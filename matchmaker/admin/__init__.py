"""The admin panel of members. Its forms read; every write is a service."""

from matchmaker.admin import groups, mails, members, pairs, reports

__all__ = ["groups", "mails", "members", "pairs", "reports"]
