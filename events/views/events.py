"""Views of events and attendance."""

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.response import Response

from events import errors, serializers, services
from events.reads.answers import EventAnswer, EventFeature
from events.reads.events import EVENTS, read_event
from events.views.bodies import asks
from matchmaker.authentication import MemberRequest
from matchmaker.views.bodies import brings_picture
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe, describe_list
from project.lib.api.renderers import Written
from project.lib.api.throttles import throttled
from project.lib.api.views import ViewSet
from project.lib.reads.pages import wants_geojson


class EventViewSet(ViewSet):
    tag = "events"

    @describe_list(_("List events."), EVENTS)
    def list(self, request: MemberRequest) -> HttpResponseBase:
        return EVENTS.respond(request)

    @throttled("picture", when=brings_picture)
    @throttled("event")
    @throttled("event_organization", times=asks)
    @describe(
        _("Create an event, which is published a minute later."),
        {202: serializers.ScheduledEvent},
        body=serializers.NewEvent,
        form=True,
    )
    def create(self, request: MemberRequest) -> Response:
        given = validated(serializers.NewEvent, request)
        event = services.create_event(request.user, **given)
        url = request.build_absolute_uri(
            reverse("events:event", kwargs={"pk": event.pk}).removesuffix("/")
        )
        scheduled = {
            "id": event.pk,
            "status": "scheduled",
            "publish_at": event.publish_at,
            "url": url,
        }
        body = serializers.ScheduledEvent(scheduled).data
        return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": url})

    @describe(
        _("Read an event."),
        {200: EventAnswer},
        errors=[404],
        geojson=EventFeature,
    )
    def retrieve(self, request: MemberRequest, pk: str) -> Response:
        return _shown(request, int(pk))

    @throttled("picture", when=brings_picture)
    @throttled("event_organization", times=asks)
    @describe(
        _("Change an event, as its creator, an owner of its organization or staff."),
        {200: EventAnswer},
        body=serializers.EventChanges,
        form=True,
        errors=[403, 404],
        geojson=EventFeature,
    )
    def partial_update(self, request: MemberRequest, pk: str) -> Response:
        changes = validated(
            serializers.EventChanges,
            request,
            shown=lambda: read_event(request, int(pk), as_geojson=False),
        )
        services.change_event(request.user, int(pk), **changes)
        return _shown(request, int(pk))

    @describe(
        _("Cancel an event, as its creator, an owner of its organization or staff."),
        {204: _("Cancelled")},
        errors=[403, 404],
    )
    def destroy(self, request: MemberRequest, pk: str) -> Response:
        services.delete_event(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(
        _("Attend an event, or join its waiting list."),
        {200: serializers.Place},
        body=serializers.Attending,
        errors=[404, 409],
    )
    def attend(self, request: MemberRequest, pk: str) -> Response:
        given = validated(serializers.Attending, request)
        place = services.attend_event(request.user, int(pk), wait=given["wait"])
        return Response(serializers.Place(place).data)

    @describe(
        _("Give up your spot at an event, or leave its waiting list."),
        {204: _("Not attending")},
        errors=[404, 409],
    )
    def leave(self, request: MemberRequest, pk: str) -> Response:
        services.leave_event(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @throttled("event_organization", times=asks)
    @describe(
        _("Invite an organization to host an event, or accept for one of yours."),
        {200: serializers.HostStatus},
        errors=[403, 404, 409],
    )
    def add_organization(
        self, request: MemberRequest, pk: str, organization: str
    ) -> Response:
        named = services.add_organization(request.user, int(pk), int(organization))
        return Response(serializers.HostStatus(named).data)

    @describe(
        _("Remove an organization from an event, or decline for one of yours."),
        {204: _("Not its organization")},
        errors=[403, 404],
    )
    def remove_organization(
        self, request: MemberRequest, pk: str, organization: str
    ) -> Response:
        services.remove_organization(request.user, int(pk), int(organization))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(request: MemberRequest, event_id: int) -> Response:
    text = read_event(request, event_id, as_geojson=wants_geojson(request))
    if text is None:
        raise errors.Unknown
    return Response(Written(text))
