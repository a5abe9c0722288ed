"""Calendars of one event and of a list, and the feeds that programs subscribe to."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from events import calendars, serializers, services
from events.calendar_cache import kept_calendar
from events.models import CalendarFeed
from events.reads.calendars import (
    Found,
    find_feed,
    find_for_feed,
    find_listed,
    find_one,
)
from events.reads.filters import CalendarFilter
from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.throttles import throttled
from project.lib.api.views import APIView, ViewSet

MEDIA_TYPE = "text/calendar"


class CalendarRenderer(BaseRenderer):
    """A renderer for negotiation and the schema; views write the text themselves."""

    media_type = MEDIA_TYPE
    format = "ics"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(data)


FILE = {200: _("An iCalendar file (RFC 5545)")}


class CalendarView(APIView):
    renderer_classes = [CalendarRenderer]
    metadata_class = None  # otherwise the error would be rendered as a calendar
    tag = "events"
    operation = "events_calendar_file"

    @describe(
        _("Download the events of the list as a calendar."),
        FILE,
        query=query_parameters(CalendarFilter),
    )
    @throttled("calendar")
    def get(self, request: MemberRequest) -> HttpResponse:
        return _file(request, find_listed(request), f"list:{request.user.pk}")


class EventCalendarView(APIView):
    renderer_classes = [CalendarRenderer]
    metadata_class = None
    tag = "events"
    operation = "event_calendar_file"

    @describe(_("Download an event as a calendar."), FILE, errors=[404])
    @throttled("calendar")
    def get(self, request: MemberRequest, pk: str) -> HttpResponse:
        found = find_one(request.user.pk, int(pk))
        if not found.number:
            raise Http404
        return _file(request, found)


class FeedAddressViewSet(ViewSet):
    tag = "events"

    @describe(
        _("Read the address of your calendar feed."),
        {200: serializers.FeedAddress},
        errors=[404],
    )
    def retrieve(self, request: MemberRequest) -> Response:
        feed = CalendarFeed.objects.filter(member=request.user).first()
        if feed is None:
            raise Http404
        return _address(request, feed, status.HTTP_200_OK)

    @describe(
        _("Create an address for your calendar feed and disable the previous one."),
        {201: serializers.FeedAddress},
        body=serializers.NewFeed,
    )
    def create(self, request: MemberRequest) -> Response:
        given = validated(serializers.NewFeed, request)
        feed = services.new_feed(request.user, given["filters"])
        return _address(request, feed, status.HTTP_201_CREATED)

    @describe(_("Disable the address of your calendar feed."), {204: _("Revoked")})
    def destroy(self, request: MemberRequest) -> Response:
        services.revoke_feed(request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


def of_feed(request: Request) -> str:
    """Return what a request to a feed counts for: its secret, known or not."""
    return f"feed {request.parser_context['kwargs']['secret']}"


class FeedView(APIView):
    # Calendar programs send no headers, so the secret identifies the member.
    authentication_classes = []
    permission_classes = [AllowAny]
    renderer_classes = [CalendarRenderer]
    metadata_class = None
    tag = "events"
    operation = "feed_calendar_file"

    @describe(
        _("Download the events of a calendar feed, by its secret address."),
        FILE,
        errors=[404],
        public=True,
    )
    @throttled("calendar", account=of_feed)
    def get(self, request: Request, secret: str) -> HttpResponse:
        feed = find_feed(secret)
        if feed is None:
            raise Http404
        return _file(request, find_for_feed(feed), f"feed:{feed.pk}")


def _file(request: Request, found: Found, whose: str | None = None) -> HttpResponse:
    """Return the calendar, or 304 if the client has this version of it.

    `whose`: the feed or the list that it is kept as. One event is written anew.
    """
    tag = calendars.calendar_tag(found.version)
    response = get_conditional_response(request, etag=tag)
    if response is None:

        def write() -> bytes:
            return calendars.calendar_text(found.read())

        response = HttpResponse(
            write() if whose is None else kept_calendar(whose, tag, write),
            content_type=f"{MEDIA_TYPE}; charset=utf-8",
        )
        response["Content-Disposition"] = 'inline; filename="events.ics"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    if request.user.is_authenticated:
        patch_vary_headers(response, ["Authorization", "Cookie"])
    return response


def _address(request: Request, feed: CalendarFeed, status_code: int) -> Response:
    path = reverse("events:feed", kwargs={"secret": feed.secret}).removesuffix("/")
    url = request.build_absolute_uri(path)
    return Response({"url": url, "filters": feed.filters}, status_code)
