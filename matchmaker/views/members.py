"""Views of the list of members, of profiles, and of the member's own account."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from matchmaker import credentials, serializers, services
from matchmaker.authentication import MemberRequest
from matchmaker.models import Member
from matchmaker.profile_changes import ProfileChanges
from matchmaker.reads.members import (
    MEMBERS,
    PublicProfile,
    PublicProfileFeature,
    read_profile,
)
from matchmaker.staff import StaffMay
from matchmaker.views.bodies import (
    brings_picture,
    changes_email,
    chooses,
    email_tried,
    moves,
)
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe, describe_list
from project.lib.api.renderers import JSONRenderer, Written
from project.lib.api.throttles import throttled
from project.lib.api.views import GenericViewSet
from project.lib.reads.answers import feature_of
from project.lib.reads.pages import wants_geojson

OWN_FEATURE = feature_of(serializers.OwnProfile, "location")


class MemberViewSet(GenericViewSet):
    queryset = Member.objects.none()
    serializer_class = PublicProfile
    filter_backends = []
    pagination_class = None

    def get_authenticators(self) -> list[BaseAuthentication]:
        # Signing up needs no credentials, so invalid ones do not matter.
        if self.request and self._is_create():
            return []
        return super().get_authenticators()

    def _is_create(self) -> bool:
        method = (self.request.method or "").lower()
        return self.action_map.get(method) == "create"

    def get_permissions(self) -> Sequence[Any]:
        special: dict[str, Sequence[Any]] = {
            "create": [AllowAny()],
            "destroy": [StaffMay("matchmaker.delete_member")],
        }
        return special.get(self.action, super().get_permissions())

    @describe_list(_("List members."), MEMBERS)
    def list(self, request: MemberRequest) -> HttpResponseBase:
        return MEMBERS.respond(request)

    @throttled("sign_up")
    @describe(
        _("Sign up with a profile."),
        {201: serializers.OwnProfile},
        body=serializers.RegisterMember,
        form=True,
        geojson=OWN_FEATURE,
        public=True,
    )
    def create(self, request: Request) -> Response:
        member = services.register_member(
            **validated(serializers.RegisterMember, request)
        )
        return own_profile(request, member, status.HTTP_201_CREATED)

    @describe(
        _("Read a member's public profile."),
        {200: PublicProfile},
        errors=[404],
        geojson=PublicProfileFeature,
    )
    def retrieve(self, request: MemberRequest, pk: str) -> Response:
        text = read_profile(request, int(pk))
        if text is None:
            raise Http404
        return Response(Written(text))

    @describe(
        _("Delete a member, as staff who may (only superusers delete staff)."),
        {204: _("Deleted")},
        errors=[403, 404],
    )
    def destroy(self, request: MemberRequest, pk: str) -> Response:
        services.delete_for_staff(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeViewSet(GenericViewSet):
    queryset = Member.objects.none()
    serializer_class = serializers.OwnProfile
    filter_backends = []
    pagination_class = None

    @describe(
        _("Read your profile."),
        {200: serializers.OwnProfile},
        geojson=OWN_FEATURE,
    )
    def retrieve(self, request: MemberRequest) -> Response:
        return own_profile(request, request.user)

    @throttled("picture", when=brings_picture)
    @throttled("location", when=moves)
    @throttled("preference", when=chooses)
    @throttled("password", when=changes_email)
    @throttled("email_link", account=email_tried, when=changes_email)
    @describe(
        _("Change your profile."),
        {200: serializers.OwnProfile},
        body=ProfileChanges,
        form=True,
        geojson=OWN_FEATURE,
    )
    def partial_update(self, request: MemberRequest) -> Response:
        changes = validated(ProfileChanges, request, shown=lambda: _as_read(request))
        return own_profile(request, services.update_profile(request.user, **changes))

    @describe(_("Delete your account."), {204: _("Deleted")})
    def destroy(self, request: MemberRequest) -> Response:
        services.delete_member(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @throttled("password")
    @describe(
        _("Change your password."),
        {204: _("Changed")},
        body=credentials.PasswordChange,
    )
    def set_password(self, request: MemberRequest) -> Response:
        given = validated(credentials.PasswordChange, request)
        services.change_password(request.user, given["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


def own_profile(
    request: Request, member: Member, status_code: int = status.HTTP_200_OK
) -> Response:
    serializer = (
        serializers.OwnProfileFeature
        if wants_geojson(request)
        else serializers.OwnProfile
    )
    return Response(serializer(member, context={"request": request}).data, status_code)


def _as_read(request: MemberRequest) -> str:
    profile = serializers.OwnProfile(request.user, context={"request": request}).data
    return JSONRenderer().render(profile).decode()
