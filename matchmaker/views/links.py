"""Views that request mailed links and use them."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from matchmaker import credentials, services
from matchmaker.authentication import MemberRequest
from matchmaker.views.bodies import email_tried, own_email
from project.lib.api.bodies import has_valid_body, validated
from project.lib.api.openapi import describe
from project.lib.api.throttles import remember_device, throttled
from project.lib.api.views import APIView


class LinkView(APIView):
    """The base of views that need only a link and ignore credentials."""

    authentication_classes = []
    permission_classes = [AllowAny]
    tag = "sign-in"


class ResetPasswordView(LinkView):
    # Counted apart from other links, so that a refused member has this link in the
    # mailbox.
    @throttled(
        "reset_link", account=email_tried, when=has_valid_body(credentials.ResetRequest)
    )
    @describe(
        _("Request a link that sets a new password."),
        {204: _("The link is mailed if a member has this e-mail")},
        body=credentials.ResetRequest,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(credentials.ResetRequest, request)
        services.ask_for_reset(given["email"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResetPasswordConfirmView(LinkView):
    @throttled("confirm_link")
    @describe(
        _("Set a new password with a mailed link."),
        {204: _("Set; all earlier sessions have ended")},
        body=credentials.PasswordReset,
        public=True,
    )
    def post(self, request: Request) -> Response:
        given = validated(credentials.PasswordReset, request)
        email_identity = services.reset_password(
            given["uid"], given["token"], given["new_password"]
        )
        response = Response(status=status.HTTP_204_NO_CONTENT)
        # Otherwise strangers' guesses could keep the owner from signing in next.
        remember_device(request, email_identity, response)
        return response


class VerifyEmailView(APIView):
    @throttled("email_link", account=own_email)
    @describe(
        _("Request a link that proves your e-mail."),
        {204: _("The link is mailed, unless the e-mail is proven")},
        errors=[409],
    )
    def post(self, request: MemberRequest) -> Response:
        services.ask_for_proof(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerifyEmailConfirmView(LinkView):
    @throttled("confirm_link")
    @describe(
        _("Prove an e-mail with a mailed link."),
        {204: _("Proven; a new e-mail now belongs to the account")},
        body=credentials.UsedLink,
        public=True,
    )
    def post(self, request: Request) -> Response:
        services.prove_email(**validated(credentials.UsedLink, request))
        return Response(status=status.HTTP_204_NO_CONTENT)
