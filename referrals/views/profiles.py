"""Views of profiles with their invitations."""

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.mixins import ListModelMixin
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from matchmaker import errors as member_errors
from matchmaker.authentication import MemberRequest
from matchmaker.models import Member
from matchmaker.staff import StaffMay, within_reach
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.throttles import throttled
from project.lib.api.views import GenericViewSet, ViewSet
from project.lib.reads.objects import FilterBackend, KeysetPagination
from referrals import errors
from referrals.reads import profiles
from referrals.reads.filters import InvitationsFilter
from referrals.serializers import codes as code_serializers
from referrals.serializers import profiles as serializers
from referrals.views.activation import activated

# The admin shows all of it on a member's page.
SEES_MEMBERS = ("matchmaker.view_member", "matchmaker.change_member")


# Docstrings of views are texts of the schema, so these are comments.
# The voting system: whose invitation a member has chosen.
class VotingViewSet(ListModelMixin, GenericViewSet):
    tag = "invitations"
    serializer_class = serializers.VotingProfile
    filter_backends = [FilterBackend]
    filterset_class = InvitationsFilter
    pagination_class = KeysetPagination
    order = profiles.NEWEST_FIRST

    def get_permissions(self) -> Sequence[Any]:
        if self.action in ("list", "retrieve"):
            return [StaffMay(*SEES_MEMBERS)]
        return super().get_permissions()

    def get_queryset(self) -> QuerySet[Member]:
        if getattr(self, "swagger_fake_view", False):  # for the schema, by nobody
            return Member.objects.none()
        staff = cast(Member, self.request.user)
        return within_reach(staff, profiles.with_invitations(None))

    @describe(
        _("Read your invitation code and whom you have invited."),
        {200: serializers.VotingProfile},
    )
    def me(self, request: MemberRequest) -> Response:
        return _own(request.user, serializers.VotingProfile)

    @throttled("activate_code")
    @describe(
        _("Choose another member's invitation code, only once."),
        {200: serializers.VotingProfile},
        body=code_serializers.ActivatedInvite,
    )
    def choose(self, request: MemberRequest) -> Response:
        activated(code_serializers.ActivatedInvite, request)
        return self.me(request)

    @describe(
        _("List everybody's invitations, as staff who may view members."),
        {200: serializers.VotingProfilePage},
        errors=[403],
        query=query_parameters(InvitationsFilter),
    )
    def list(self, request: MemberRequest) -> Response:
        return super().list(request)

    @describe(
        _("Read a member's invitations, as staff who may view members."),
        {200: serializers.VotingProfile},
        errors=[403, 404],
    )
    def retrieve(self, request: MemberRequest, pk: str) -> Response:
        member = self.get_queryset().filter(pk=int(pk)).first()
        if member is None:
            raise errors.Unknown
        return Response(serializers.VotingProfile(member).data)


# The same with numbers in E.164.
class InvitedViewSet(ViewSet):
    tag = "invitations"

    @describe(
        _("Read your invitation code and whom you have invited."),
        {200: serializers.InvitedProfile},
    )
    def me(self, request: MemberRequest) -> Response:
        return _own(request.user, serializers.InvitedProfile)

    @throttled("activate_code")
    @describe(
        _("Activate another member's invitation code, only once."),
        {200: code_serializers.ActivatedWithMessage},
        body=code_serializers.InviteCodeText,
    )
    def activate(self, request: MemberRequest) -> Response:
        referral = activated(code_serializers.InviteCodeText, request)
        message = _("You have activated this invitation.")
        answer = {"message": message, "activated_invite_code": referral.code}
        return Response(code_serializers.ActivatedWithMessage(answer).data)


def _own(me: Member, serializer: type[Serializer]) -> Response:
    profile = profiles.own_profile(me)
    if profile is None:  # deleted since the token was read
        raise member_errors.TokenDead
    return Response(serializer(profile).data)
