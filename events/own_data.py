"""What the own-data file holds of events: matchmaker/export.py."""

from events.models import Attendance, CalendarFeed, Event, Membership
from matchmaker.authentication import MemberRequest


def section(request: MemberRequest) -> object:
    me = request.user
    memberships = Membership.objects.filter(member=me).order_by("pk")
    created = Event.objects.filter(creator=me).order_by("pk")
    attendances = Attendance.objects.filter(member=me).order_by("pk")
    feed = CalendarFeed.objects.filter(member=me).order_by("pk")
    return {
        "organizations": [
            *memberships.values(
                "organization", "organization__title", "role", "confirmed_at",
                "created_at",
            )
        ],
        "created": [
            *created.values(
                "id", "title", "description", "date", "capacity", "created_at",
                "published_at", "cancelled_at",
            )
        ],
        "attending": [*attendances.values("event", "is_waiting", "created_at")],
        "calendar_feed": [*feed.values("created_at")],
    }  # fmt: skip
