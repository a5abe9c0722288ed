"""Views of sign-up by e-mail, sign-in and sign-out."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from djoser.views import TokenCreateView, TokenDestroyView
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from matchmaker import credentials, errors, serializers, services
from matchmaker.authentication import MemberRequest
from matchmaker.views.bodies import bearer_refreshing, email_tried, tries_password
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe
from project.lib.api.throttles import throttled
from project.lib.api.views import APIView, Understanding, UnderstandingGeneric


class TokenLoginView(UnderstandingGeneric, TokenCreateView):
    authentication_classes: Sequence[type[BaseAuthentication]] = []
    permission_classes = [AllowAny]
    tag = "sign-in"

    @throttled("sign_in", account=email_tried, when=tries_password, signs_in=True)
    @describe(
        _("Sign in and get a token."),
        {200: credentials.TokenKey},
        body=credentials.TokenSignIn,
        public=True,
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        return super().post(request, **kwargs)

    def _action(self, serializer: Any) -> Response:
        try:
            key = services.issue_key(serializer.user)
        except errors.SignInFailed as error:
            raise ValidationError(str(error.detail)) from error
        return Response({"auth_token": key.key})


class TokenLogoutView(Understanding, TokenDestroyView):
    tag = "sign-in"

    @describe(
        _("Sign out."),
        {204: _("The token that was used, or every access token, is no longer valid")},
    )
    def post(self, request: MemberRequest) -> Response:
        if isinstance(request.auth, Token):
            return super().post(request)
        services.sign_out_bearers(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignUpView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    tag = "sign-in"

    @throttled("sign_up")
    @describe(
        _("Sign up with an e-mail and a password."),
        {201: serializers.SignedUp},
        body=serializers.SignUp,
        public=True,
    )
    def post(self, request: Request) -> Response:
        member = services.register_member(**validated(serializers.SignUp, request))
        return Response(serializers.SignedUp(member).data, status.HTTP_201_CREATED)


class SignInView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    tag = "sign-in"

    @throttled("sign_in", account=email_tried, when=tries_password, signs_in=True)
    @describe(
        _("Sign in and get a pair of JWTs."),
        {200: credentials.Tokens},
        errors=[401],
        body=credentials.Credentials,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(credentials.Credentials, request)
        member = services.authenticated(given["email"], given["password"])
        return Response(services.issue_tokens(member))


class RefreshView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    tag = "sign-in"

    @throttled("refresh", account=bearer_refreshing)
    @describe(
        _("Exchange a refresh token for a new pair of JWTs."),
        {200: credentials.Tokens},
        errors=[401],
        body=credentials.RefreshToken,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(credentials.RefreshToken, request)
        return Response(services.rotate_tokens(given["refresh"]))
