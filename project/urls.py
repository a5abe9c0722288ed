"""All paths of the service."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from rest_framework.authtoken.models import TokenProxy

from chat.demo_page import demo_page
from matchmaker.admin.passwords import change_own_password
from matchmaker.discover_page import discover_page
from matchmaker.link_page import link_page
from project import health, media
from project.documentation import redoc, swagger_json, swagger_ui
from project.lib.api.routes import endpoint

# Nobody may read active tokens, not even staff.
admin.site.unregister(TokenProxy)

home = require_safe(RedirectView.as_view(pattern_name="docs"))

urlpatterns = [
    path("api/", include("matchmaker.urls")),
    path("api/", include("events.urls")),
    path("api/", include("referrals.urls")),
    path("api/", include("chat.urls")),
    path("", include("project.ogc")),
    path("", include("project.tiles")),
    endpoint("docs", swagger_ui, "docs"),
    endpoint("api/v1/schema/docs", swagger_ui, "docs-v1"),
    endpoint("redoc", redoc, "redoc"),
    endpoint(r"swagger\.json", swagger_json, "swagger-json"),
    endpoint("discover", discover_page, "discover-page"),
    endpoint("chat/demo", demo_page, "chat-demo"),
    endpoint("reset", link_page, "reset"),
    endpoint("health/live", health.live, "health-live"),
    endpoint("health/ready", health.ready, "health-ready"),
    path(
        "admin/password_change/",
        admin.site.admin_view(change_own_password),
        name="own-password",
    ),
    # The admin's sign-in shows a link to the path of this name.
    path(
        "admin/password_reset/",
        RedirectView.as_view(pattern_name="reset"),
        name="admin_password_reset",
    ),
    path("admin/", admin.site.urls),
    re_path(
        r"^media/(?P<name>[a-z]+/[0-9a-f]{32}\.jpg)$",
        media.serve,
        name="media",
    ),
    path("", csrf_exempt(home), name="home"),
]

# Django finds these by their names, and CSRF_FAILURE_VIEW in the settings.
handler400 = "project.error_views.bad_request"
handler403 = "project.error_views.permission_denied"
handler404 = "project.error_views.not_found"
handler500 = "project.error_views.server_error"
