"""The admin panel of members. Its forms only validate; services do every write."""

from matchmaker.admin import groups, mails, members, pairs, reports

__all__ = ["groups", "mails", "members", "pairs", "reports"]
