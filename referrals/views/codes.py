"""Invitation codes: the own one, somebody's by e-mail, and activating one."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.response import Response

from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import has_valid_body, validated
from project.lib.api.openapi import describe
from project.lib.api.throttles import throttled
from project.lib.api.views import ViewSet
from referrals import errors, services
from referrals.models import InviteCode
from referrals.serializers import codes as shapes
from referrals.views.activation import activated


class InviteCodeViewSet(ViewSet):
    tag = "invitations"

    @describe(
        _("Read your active invitation code."), {200: shapes.LiveCode}, errors=[404]
    )
    def retrieve(self, request: MemberRequest) -> Response:
        code = InviteCode.objects.live().filter(member=request.user).first()
        if code is None:
            raise errors.Unknown
        return Response(shapes.LiveCode(code).data)

    @throttled("invite_code", when=has_valid_body(shapes.NewInviteCode))
    @describe(
        _("Create an invitation code, if you have no active one."),
        {201: shapes.LiveCode},
        errors=[409],
        body=shapes.NewInviteCode,
    )
    def create(self, request: MemberRequest) -> Response:
        given = validated(shapes.NewInviteCode, request)
        code = services.create_code(request.user, expires_at=given["expires_at"])
        return Response(shapes.LiveCode(code).data, status.HTTP_201_CREATED)

    @describe(
        _("Delete your active invitation code."),
        {204: _("The code no longer works")},
        errors=[404],
    )
    def destroy(self, request: MemberRequest) -> Response:
        services.delete_code(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @throttled("code_by_email")
    @describe(
        _("Find a member's invitation code by their e-mail."),
        {200: shapes.FoundCode},
        body=shapes.Inviter,
    )
    def by_email(self, request: MemberRequest) -> Response:
        # One statement, whoever there is or is not: it takes as long for all.
        email = validated(shapes.Inviter, request)["email"]
        codes = InviteCode.objects.live().visible_to(request.user)
        found = codes.filter(member__email_identity=email)
        return Response({"invite_code": found.values_list("code", flat=True).first()})

    @throttled("activate_code")
    @describe(
        _("Activate another member's invitation code, only once."),
        {200: shapes.Activated},
        body=shapes.InviteCodeText,
    )
    def activate(self, request: MemberRequest) -> Response:
        return Response({"invite_code": activated(shapes.InviteCodeText, request).code})
