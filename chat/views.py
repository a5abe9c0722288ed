"""The chat over HTTP: validate, call, render. Sockets get what is sent here too."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from chat import constants, limits, reads, serializers, services
from chat.reads.filters import HistoryFilter
from matchmaker.authentication import MemberRequest
from matchmaker.views.bodies import is_valid, validated
from project.lib.openapi import describe, query_parameters
from project.lib.throttles import throttled
from project.lib.views import ViewSet


class RoomViewSet(ViewSet):
    tag = "chat"

    @describe(_("List the own rooms"), {200: serializers.RoomList})
    def list(self, request: MemberRequest) -> Response:
        rooms = services.see_rooms(request.user)
        page = {"count": len(rooms), "next": None, "previous": None, "results": rooms}
        return Response(serializers.RoomList(page).data)

    @throttled("room", when=is_valid(serializers.NewRoom))
    @describe(
        _("Open the room with another member, or find it"),
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
        _("Read one of the own rooms"), {200: serializers.RoomState}, errors=[404]
    )
    def retrieve(self, request: MemberRequest, pk: str) -> Response:
        return _shown(request, int(pk))

    @describe(
        _("Have read a room up to a message"),
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
        _("List a room's messages, the latest first"),
        {200: serializers.History},
        query=query_parameters(HistoryFilter),
        errors=[404],
    )
    def history(self, request: MemberRequest, pk: str) -> Response:
        given = HistoryFilter.read(request.query_params)
        page = _page(
            request,
            int(pk),
            before=int(given.get("before", constants.BIGINT_MAX)),
            limit=int(given.get("limit", constants.HISTORY_LIMIT)),
        )
        return Response(serializers.History(page).data)

    @describe(
        _("Send a message; the same client_id again sends nothing"),
        {200: serializers.SeenMessage, 201: serializers.SeenMessage},
        body=serializers.NewMessage,
        errors=[404, 429],
    )
    def send(self, request: MemberRequest, pk: str) -> Response:
        given = validated(serializers.NewMessage, request)
        limits.count_message(request.user.pk)
        message, is_new = services.send_message(
            request.user, int(pk), given["message"], given["client_id"]
        )
        created = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        seen = reads.SeenMessage.of(message)
        return Response(serializers.SeenMessage(seen).data, created)


def _shown(
    request: MemberRequest, room_id: int, status_code: int = status.HTTP_200_OK
) -> Response:
    room = reads.room_of(request.user.pk, room_id)
    return Response(serializers.RoomState(room).data, status_code)


def _page(
    request: MemberRequest, room_id: int, *, before: int, limit: int
) -> dict[str, object]:
    """Since numbers have no holes, they say which pages there are."""
    messages, last = reads.messages_before(
        request.user.pk, room_id, before=before, limit=limit
    )
    oldest = messages[-1].number if messages else 1
    newer = before + limit
    return {
        "count": last,
        "next": _link(request, oldest) if oldest > 1 else None,
        "previous": _link(request, newer, last) if before <= last else None,
        "results": messages,
    }


def _link(request: Request, before: int, last: int | None = None) -> str:
    """Of the messages before that one; those of the first page are before none."""
    url = request.build_absolute_uri()
    if last is not None and before > last:
        return remove_query_param(url, "before")
    return replace_query_param(url, "before", before)
