"""Paths of the events' API; each answers with and without a trailing slash."""

from events import views
from project.lib.api.routes import endpoint

app_name = "events"

events = views.EventViewSet
organizations = views.OrganizationViewSet

ID = r"(?P<pk>[0-9]{1,18})"
ORGANIZATION = r"(?P<organization>[0-9]{1,18})"

urlpatterns = [
    endpoint("organizations", organizations.as_view({"get": "list"}), "organizations"),
    endpoint(
        "organizations/create",
        organizations.as_view({"post": "create"}),
        "organization-create",
    ),
    endpoint(
        f"organizations/{ID}",
        organizations.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        "organization",
    ),
    endpoint(
        f"organizations/{ID}/members",
        organizations.as_view({"post": "add_member", "delete": "remove_member"}),
        "organization-members",
    ),
    endpoint("events", events.as_view({"get": "list"}), "events"),
    endpoint("events/create", events.as_view({"post": "create"}), "event-create"),
    endpoint(
        f"events/{ID}",
        events.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        "event",
    ),
    endpoint(
        f"events/{ID}/organizations/{ORGANIZATION}",
        events.as_view({"post": "add_organization", "delete": "remove_organization"}),
        "event-organization",
    ),
    endpoint(
        f"events/{ID}/attend",
        events.as_view({"post": "attend", "delete": "leave"}),
        "attend",
    ),
    endpoint(
        rf"events/{ID}/calendar\.ics",
        views.EventCalendarView.as_view(),
        "event-calendar",
    ),
    endpoint(r"events/calendar\.ics", views.CalendarView.as_view(), "calendar"),
    endpoint(
        "events/calendar",
        views.FeedAddressViewSet.as_view(
            {"get": "retrieve", "post": "create", "delete": "destroy"}
        ),
        "feed-address",
    ),
    endpoint(
        r"events/calendar/(?P<secret>[\w-]{32})\.ics", views.FeedView.as_view(), "feed"
    ),
]
