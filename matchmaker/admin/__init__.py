"""The admin panel of members. Its forms read; every write is a service."""

from matchmaker.admin import mails, members, pairs, reports

__all__ = ["mails", "members", "pairs", "reports"]
