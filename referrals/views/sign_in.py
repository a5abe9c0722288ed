"""The view of sign-up with an invitation code; matchmaker has sign-in."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from matchmaker.credentials import Tokens
from matchmaker.services import issue_tokens
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe
from project.lib.api.throttles import throttled
from project.lib.api.views import APIView
from referrals import errors, services
from referrals.serializers.sign_in import SignUpByInvitation


class SignUpView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    tag = "sign-in"

    @throttled("sign_up")
    @describe(
        _("Sign up with an e-mail, a password and an invitation code."),
        {201: Tokens},
        body=SignUpByInvitation,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(SignUpByInvitation, request)
        code = given.pop("code_by_inviter", None)
        try:
            member = services.sign_up(code, meta=request.META, **given)
        except errors.InviteCodeRefused as error:
            raise type(error)("code_by_inviter") from error
        return Response(issue_tokens(member), status.HTTP_201_CREATED)
