"""The admin panel of events. Its forms only read; every write is a service."""

from events.admin import (
    attendance,
    calendars,
    events,
    invitations,
    memberships,
    naming,
    organizations,
)

__all__ = [
    "attendance",
    "calendars",
    "events",
    "invitations",
    "memberships",
    "naming",
    "organizations",
]
