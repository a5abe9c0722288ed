"""Organizations and events over HTTP: validate, call, render."""

from events.views.calendars import (
    CalendarView,
    EventCalendarView,
    FeedAddressView,
    FeedView,
)
from events.views.events import AttendView, EventOrganizationView, EventViewSet
from events.views.organizations import OrganizationViewSet

__all__ = [
    "AttendView",
    "CalendarView",
    "EventCalendarView",
    "EventOrganizationView",
    "EventViewSet",
    "FeedAddressView",
    "FeedView",
    "OrganizationViewSet",
]
