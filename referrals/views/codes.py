"""Views of invitation codes: one's own, another member's by e-mail, and activation."""

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
from referrals.serializers import codes as serializers
from referrals.views.activation import activated


class InviteCodeViewSet(ViewSet):
    tag = "invitations"

    @describe(
        _("Read your active invitation code."),
        {200: serializers.LiveCode},
        errors=[404],
    )
    def retrieve(self, request: MemberRequest) -> Response:
        code = InviteCode.objects.live().filter(member=request.user).first()
        if code is None:
            raise errors.Unknown
        return Response(serializers.LiveCode(code).data)

    @throttled("invite_code", when=has_valid_body(serializers.NewInviteCode))
    @describe(
        _("Create an invitation code, if you have no active one."),
        {201: serializers.LiveCode},
        errors=[409],
        body=serializers.NewInviteCode,
    )
    def create(self, request: MemberRequest) -> Response:
        given = validated(serializers.NewInviteCode, request)
        code = services.create_code(request.user, expires_at=given["expires_at"])
        return Response(serializers.LiveCode(code).data, status.HTTP_201_CREATED)

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
        {200: serializers.FoundCode},
        body=serializers.Inviter,
    )
    def by_email(self, request: MemberRequest) -> Response:
        # One statement for everybody, so that it takes the same time for all e-mails.
        email = validated(serializers.Inviter, request)["email"]
        codes = InviteCode.objects.live().visible_to(request.user)
        found = codes.filter(member__email_identity=email)
        return Response({"invite_code": found.values_list("code", flat=True).first()})

    @throttled("activate_code")
    @describe(
        _("Activate another member's invitation code, only once."),
        {200: serializers.Activated},
        body=serializers.InviteCodeText,
    )
    def activate(self, request: MemberRequest) -> Response:
        return Response(
            {"invite_code": activated(serializers.InviteCodeText, request).code}
        )
