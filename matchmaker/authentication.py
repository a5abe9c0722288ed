"""Authentication: `Authorization: Token <token>` or `Bearer <access token>`."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import BigIntegerField, CharField, UUIDField
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework_simplejwt import authentication as simplejwt
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken
from rest_framework_simplejwt.tokens import Token as JsonWebToken

from matchmaker.models import Member
from project.lib.errors import SCHEMES
from project.lib.reads.statements import Param, Statement, Values

VERSION_CLAIM = "version"
FAMILY_CLAIM = "family"


class MemberRequest(Request):
    """The request of a view behind IsAuthenticated, for types: `user` is a member."""

    user: Member


class TokenAuthentication(authentication.TokenAuthentication):
    """DRF's token authentication, with the member read by one compiled statement."""

    def authenticate(self, request: Request) -> tuple[Member, Token] | None:
        words = authentication.get_authorization_header(request).split()
        if len(words) == 1 and words[0].lower() not in (b"token", b"bearer"):
            raise AuthenticationFailed(
                _(
                    "The Authorization header has no scheme. Use Token <token> "
                    "or Bearer <access token>."
                ),
                "scheme_missing",
            )
        return super().authenticate(request)

    def authenticate_credentials(self, key: str) -> tuple[Member, Token]:
        member = None
        if "\0" not in key:  # PostgreSQL texts cannot contain NUL
            member = _first(_by_key(), _Key(key))
        if member is None:
            raise AuthenticationFailed(_("This token is not valid."), "token_invalid")
        return member, Token(key=key, user=member)

    def authenticate_header(self, request: Request) -> str:
        return SCHEMES


def is_still_signed_in(request: Request) -> bool:
    """Return whether the caller is still active and not signed out everywhere."""
    member = request.user
    if not isinstance(member, Member):
        return True  # nobody was signed in, and nobody needs to be
    now = Member.objects.filter(pk=member.pk, token_version=member.token_version)
    return now.filter(is_active=True).exists()


class SessionAuthentication(authentication.SessionAuthentication):
    """DRF's session authentication, with translated errors."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(
                _("The CSRF token is missing or wrong."), "csrf_failed"
            ) from error


class JWTAuthentication(simplejwt.JWTAuthentication):
    """Authentication by access tokens of a family that lives, and current version."""

    # simplejwt returns a type variable that nothing binds.
    def authenticate(  # type: ignore[override]
        self, request: Request
    ) -> tuple[Member, JsonWebToken] | None:
        try:
            return super().authenticate(request)  # type: ignore[return-value]
        except InvalidToken as error:
            raise AuthenticationFailed(
                _("This token is not valid or has expired."), "token_invalid"
            ) from error

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Return the token; its scheme is case-insensitive (RFC 9110, 11.1)."""
        scheme, *words = header.split() or [b""]
        if scheme.lower() == b"bearer":
            header = b" ".join((b"Bearer", *words))
        return super().get_raw_token(header)

    def get_user(  # type: ignore[override]
        self, validated_token: JsonWebToken
    ) -> Member:
        bearer = _Bearer(
            validated_token.get(api_settings.USER_ID_CLAIM),
            validated_token.get(FAMILY_CLAIM),
        )
        member = _first(_by_family(), bearer)
        if member is None or (
            validated_token.get(VERSION_CLAIM) != member.token_version
        ):
            raise AuthenticationFailed(
                _("This token is no longer valid."), "token_dead"
            )
        return member


def refresh_token_for(member: Member, family_id: str) -> RefreshToken:
    """Return a refresh token; its `.access_token` has the same version and family."""
    token = RefreshToken.for_user(member)
    token[VERSION_CLAIM] = member.token_version
    token[FAMILY_CLAIM] = family_id
    return token


@dataclass(frozen=True)
class _Key:
    key: str


@dataclass(frozen=True)
class _Bearer:
    member_id: Any
    family: Any


def _first(statement: Statement[Values], values: Values) -> Member | None:
    return next(iter(statement.objects(Member, values)), None)


@cache
def _by_key() -> Statement[_Key]:
    key = Param[_Key](lambda values: values.key, CharField())
    return Statement.of(_signed_in().filter(auth_token__key=key))


@cache
def _by_family() -> Statement[_Bearer]:
    member = Param[_Bearer](lambda values: values.member_id, BigIntegerField())
    family = Param[_Bearer](lambda values: values.family, UUIDField())
    return Statement.of(_signed_in().filter(pk=member, token_families=family))


def _signed_in() -> Any:
    unread = ("public_location", "anchor", "anchored_at")
    return Member.objects.filter(is_active=True).defer(*unread)
