"""Sign-in by phone under the paths and names of two documents, and one's own number."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from matchmaker.authentication import MemberRequest
from matchmaker.serializers import OwnProfile
from matchmaker.services import issue_key, issue_tokens
from matchmaker.views.members import OWN_FEATURE, own_profile
from project.lib.api.bodies import has_valid_body, validated
from project.lib.api.openapi import describe
from project.lib.api.throttles import is_known, throttled
from project.lib.api.views import APIView
from referrals import constants, errors, services
from referrals import phone_cookie as remembered
from referrals.serializers import phone as serializers


def phone_in(serializer: type[Serializer]) -> Callable[[Request], str | None]:
    """Return the phone whose code is requested or tried, in whatever notation."""

    def phone(request: Request) -> str | None:
        return str(validated(serializer, request)["phone"])

    return phone


def limited(
    scope: str, serializer: type[Serializer], *, signs_in: bool = False
) -> Callable[[Any], Any]:
    """Throttle by phone; invalid requests and tries do not count."""
    return throttled(
        scope,
        account=phone_in(serializer),
        when=has_valid_body(serializer),
        signs_in=signs_in,
    )


def sent(name: str, code: str) -> Response:
    told = (
        {name: code} if settings.OTP_ECHO else {"detail": _("The code has been sent.")}
    )
    return Response({**told, "expires_in": constants.ONE_TIME_CODE_LIFETIME_S})


class PhoneView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]
    tag = "phone"


class PhoneSignUpView(PhoneView):
    @limited("one_time_code", serializers.PhoneSignUp)
    @describe(
        _("Request a one-time code by SMS, with a cookie that remembers the phone."),
        {200: serializers.SentCode},
        body=serializers.PhoneSignUp,
        public=True,
    )
    def post(self, request: Request) -> Response:
        phone = validated(serializers.PhoneSignUp, request)["phone"]
        response = sent("code", services.send_code(phone))
        remembered.remember(response, phone)
        return response


class PhoneSignInView(PhoneView):
    @limited("one_time_try", serializers.PhoneSignIn, signs_in=True)
    @describe(
        _("Sign in with the one-time code and get a pair of JWTs."),
        {200: serializers.PhoneTokens},
        body=serializers.PhoneSignIn,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(serializers.PhoneSignIn, request)
        pair = services.sign_in_by_phone(
            **given,
            issue=issue_tokens,
            on_known_device=is_known(request, given["phone"]),
        )
        response = Response({"token": pair["access"], "refresh": pair["refresh"]})
        remembered.forget(response)
        return response


class RequestCodeView(PhoneView):
    @limited("one_time_code", serializers.PhoneCodeRequest)
    @describe(
        _("Request a one-time code by SMS."),
        {200: serializers.SentConfirmationCode},
        body=serializers.PhoneCodeRequest,
        public=True,
    )
    def post(self, request: Request) -> Response:
        phone = validated(serializers.PhoneCodeRequest, request)["phone"]
        return sent("confirmation_code", services.send_code(phone))


class AuthCodeView(PhoneView):
    operation = "auth_confirm_code"

    @limited("one_time_try", serializers.PhoneProof, signs_in=True)
    @describe(
        _("Sign in with the one-time code and get a token."),
        {200: serializers.PhoneKey},
        body=serializers.PhoneProof,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(serializers.PhoneProof, request)
        try:
            token = services.sign_in_by_phone(
                **given,
                issue=issue_key,
                on_known_device=is_known(request, given["phone"]),
            )
        except errors.CodeRefused as error:
            raise type(error)("confirmation_code") from error
        return Response({"token": token.key})


class OwnPhoneView(APIView):
    tag = "phone"

    @limited("one_time_code", serializers.PhoneCodeRequest)
    @describe(
        _("Request a one-time code that proves your phone number."),
        {200: serializers.SentConfirmationCode},
        body=serializers.PhoneCodeRequest,
    )
    def post(self, request: MemberRequest) -> Response:
        phone = validated(serializers.PhoneCodeRequest, request)["phone"]
        code = services.send_code(phone, asker=request.user)
        return sent("confirmation_code", code)


class OwnPhoneProofView(APIView):
    tag = "phone"

    @limited("one_time_try", serializers.PhoneProof, signs_in=True)
    @describe(
        _("Prove your phone number with the one-time code."),
        {200: OwnProfile},
        errors=[409],
        body=serializers.PhoneProof,
        geojson=OWN_FEATURE,
    )
    def post(self, request: MemberRequest) -> Response:
        given = validated(serializers.PhoneProof, request)
        try:
            member = services.prove_phone(
                request.user,
                phone=given["phone"],
                code=given["code"],
                on_known_device=is_known(request, given["phone"]),
            )
        except errors.CodeRefused as error:
            raise type(error)("confirmation_code") from error
        return own_profile(request, member)
