"""Organizations and events over HTTP: validate, call, render."""

from events.views.calendars import (
    CalendarView,
    EventCalendarView,
    FeedAddressViewSet,
    FeedView,
)
from events.views.events import EventViewSet
from events.views.organizations import OrganizationViewSet

__all__ = [
    "CalendarView",
    "EventCalendarView",
    "EventViewSet",
    "FeedAddressViewSet",
    "FeedView",
    "OrganizationViewSet",
]
