"""The chat over HTTP: validate, call, render. Sockets get these messages too."""

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.response import Response

from chat import limits, reads, serializers, services
from chat.reads.filters import HistoryFilter
from chat.reads.history import HISTORY
from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import has_valid_body, validated
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.throttles import throttled
from project.lib.api.views import ViewSet
from project.lib.reads.pages import Page, page_response


class RoomViewSet(ViewSet):
    tag = "chat"

    @describe(_("List your chat rooms."), {200: serializers.RoomList})
    def list(self, request: MemberRequest) -> Response:
        rooms = services.see_rooms(request.user)
        # A serializer would take ten times as long as PostgreSQL does for a room.
        items = [room.shown() for room in rooms]
        return page_response(request, Page(len(rooms), items))

    @throttled("room", when=has_valid_body(serializers.NewRoom))
    @describe(
        _("Open the direct room with another member, or find it."),
        {200: serializers.RoomState, 201: serializers.RoomState},
        body=serializers.NewRoom,
        errors=[403, 404],
    )
    def create(self, request: MemberRequest) -> Response:
        other_id = validated(serializers.NewRoom, request)["member"]
        room, is_new = services.open_direct_room(request.user, other_id)
        created = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return _shown(request, room.pk, created)

    @describe(
        _("Read one of your chat rooms."), {200: serializers.RoomState}, errors=[404]
    )
    def retrieve(self, request: MemberRequest, pk: str) -> Response:
        return _shown(request, int(pk))

    @describe(
        _("Mark a room as read up to a message."),
        {200: serializers.ReadPosition},
        body=serializers.ReadUpTo,
        errors=[404],
    )
    def read(self, request: MemberRequest, pk: str) -> Response:
        number = validated(serializers.ReadUpTo, request)["id"]
        read_id = services.mark_read(request.user, int(pk), number)
        position = {"room": int(pk), "read_id": read_id}
        return Response(serializers.ReadPosition(position).data)

    @describe(
        _("List the messages of a room, latest first."),
        {200: serializers.History},
        query=query_parameters(HistoryFilter),
        errors=[404],
    )
    def history(self, request: MemberRequest, pk: str) -> HttpResponseBase:
        return HISTORY.respond(request)

    @describe(
        _("Send a message, once for each client_id."),
        {200: serializers.SeenMessage, 201: serializers.SeenMessage},
        body=serializers.NewMessage,
        errors=[404],
    )
    def send(self, request: MemberRequest, pk: str) -> Response:
        given = validated(serializers.NewMessage, request)
        limits.count_message(request.user.pk)
        message, is_new = services.send_message(
            request.user, int(pk), given["message"], given["client_id"]
        )
        created = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(reads.SeenMessage.of(message).shown(), created)


def _shown(
    request: MemberRequest, room_id: int, status_code: int = status.HTTP_200_OK
) -> Response:
    room = reads.room_of(request.user.pk, room_id)
    return Response(room.shown(), status_code)
