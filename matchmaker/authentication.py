"""Who asks: `Authorization: Token <key>` or `Authorization: Bearer <access JWT>`."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt import authentication as simplejwt
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import RefreshToken, Token

if TYPE_CHECKING:
    from matchmaker.models import Member

VERSION_CLAIM = "version"


class TokenAuthentication(authentication.TokenAuthentication):
    def authenticate_header(self, request: Request) -> str:
        # Both schemes open everything, so a 401 names both (RFC 9110, 11.6.1).
        return 'Token realm="api", Bearer realm="api"'


class JWTAuthentication(simplejwt.JWTAuthentication):
    """Access tokens, dead once their member's `token_version` has moved on."""

    def get_user(self, validated_token: Token) -> "Member":
        member: Member = super().get_user(validated_token)
        if validated_token.get(VERSION_CLAIM) != member.token_version:
            raise AuthenticationFailed(
                _("This token is no longer valid."), "token_dead"
            )
        return member

    def authenticate(self, request: Request) -> "tuple[Member, Token] | None":
        try:
            return super().authenticate(request)
        except InvalidToken as error:
            raise AuthenticationFailed(
                _("This token is not valid or has expired."), "token_invalid"
            ) from error


def refresh_token_for(member: "Member") -> RefreshToken:
    """A new refresh token; its `.access_token` carries the same version."""
    token = RefreshToken.for_user(member)
    token[VERSION_CLAIM] = member.token_version
    return token
