"""What a member's data export says of events (see matchmaker/export.py)."""

from django.db.models import F

from events.models import (
    Attendance,
    CalendarFeed,
    Departure,
    Event,
    EventOrganization,
    InvitationMail,
    Membership,
    NamingMail,
    Status,
)
from matchmaker.authentication import MemberRequest


def section(request: MemberRequest) -> object:
    me = request.user
    memberships = Membership.objects.filter(member=me).order_by("pk")
    created = Event.objects.filter(creator=me).order_by("pk")
    named = EventOrganization.objects.exclude(status=Status.DECLINED).filter(
        event__creator=me
    )
    asked = InvitationMail.objects.filter(member=me, sent_at__isnull=False)
    left = Departure.objects.filter(member=me).order_by("pk")
    told = NamingMail.objects.filter(member=me, sent_at__isnull=False).order_by("pk")
    attendances = Attendance.objects.filter(member=me).order_by("pk")
    feed = CalendarFeed.objects.filter(member=me).order_by("pk")
    return {
        "organizations": [
            *memberships.values(
                "organization", "organization__title", "role", "confirmed_at",
                "created_at",
            )
        ],
        "left_organizations": [
            *left.values(
                "organization", "organization__title", "left_at", "asked_back_at"
            )
        ],
        "naming_mails": [*told.values("organization", "sent_at")],
        "created": [
            *created.values(
                "id", "title", "description", "date", "capacity", "created_at",
                "published_at", "cancelled_at", all_day=F("is_all_day"),
            )
        ],
        "organizations_of_created": [
            *named.order_by("pk").values(
                "event", "organization", "organization__title", "status",
                "invited_at", "answered_at",
            )
        ],
        "invitation_mails": [
            *asked.order_by("pk").values("event", "organization", "sent_at")
        ],
        "attending": [*attendances.values("event", "is_waiting", "created_at")],
        "calendar_feed": [*feed.values("filters", "created_at")],
    }  # fmt: skip
