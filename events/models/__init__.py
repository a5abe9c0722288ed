"""Organizations, events and attendance."""

from events.models.attendance import Attendance
from events.models.calendars import CalendarFeed
from events.models.counts import EventCount
from events.models.event_organizations import (
    EventOrganization,
    InvitationMail,
    Status,
)
from events.models.events import Event
from events.models.naming import Departure, NamingMail
from events.models.organizations import Membership, Organization, Role
from events.models.squares import (
    EventSquare,
    EventSquareChange,
    OrganizationSquare,
    OrganizationSquareChange,
)

__all__ = [
    "Attendance",
    "CalendarFeed",
    "Departure",
    "Event",
    "EventCount",
    "EventOrganization",
    "EventSquare",
    "EventSquareChange",
    "InvitationMail",
    "Membership",
    "NamingMail",
    "Organization",
    "OrganizationSquare",
    "OrganizationSquareChange",
    "Role",
    "Status",
]
