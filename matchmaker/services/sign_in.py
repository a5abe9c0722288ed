"""Sign-in and sign-out, by passwords, tokens and JWTs."""

from datetime import UTC, datetime, timedelta
from typing import TypedDict
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY, authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from matchmaker import errors, signals
from matchmaker.authentication import (
    FAMILY_CLAIM,
    VERSION_CLAIM,
    refresh_token_for,
)
from matchmaker.models import Member, TokenFamily
from matchmaker.services.locks import locked_caller, locked_member
from project.lib.passwords import composed


class TokenPair(TypedDict):
    access: str
    refresh: str


def authenticated(email: str, password: str) -> Member:
    """Return the active member with these credentials. Raises SignInFailed.

    Django's backend also hashes for an unknown e-mail, so both take as long.
    """
    member = authenticate(username=email, password=password)
    if not isinstance(member, Member):
        raise errors.SignInFailed
    return member


def issue_key(member: Member) -> Token:
    """Return the member's only token, created if necessary.

    Raises SignInFailed if the member is gone, or signed out everywhere since it was
    read: an old password gives no token after it was replaced.
    """
    try:
        with transaction.atomic():
            return Token.objects.get_or_create(user=locked_caller(member))[0]
    except errors.TokenDead as error:
        raise errors.SignInFailed from error


def issue_tokens(member: Member) -> TokenPair:
    """Return a new pair of JWTs. Raises SignInFailed if the member was just deleted."""
    refresh = refresh_token_for(member, str(uuid4()))
    try:
        with transaction.atomic():
            TokenFamily.objects.create(
                id=refresh[FAMILY_CLAIM],
                member=member,
                refresh_jti=refresh["jti"],
                expires_at=_expiry(refresh),
            )
    except IntegrityError as error:
        raise errors.SignInFailed from error
    return _pair(refresh)


def rotate_tokens(refresh: str) -> TokenPair:
    """Exchange a refresh token for a new pair; the old one becomes invalid.

    Raises TokenDead if it is forged, expired, revoked, or was used before: then
    somebody else has had it, and all tokens of its family become invalid (RFC 9700,
    4.14). Of parallel calls with one token, one gets a pair and keeps it: see
    `_is_echo`.
    """
    try:
        token = RefreshToken(refresh)  # type: ignore[arg-type] # it takes text too
        member = Member.objects.get(pk=token["user_id"], is_active=True)
    except (TokenError, Member.DoesNotExist, KeyError, ValueError) as error:
        raise errors.TokenDead from error
    with transaction.atomic():
        member = locked_member(member)
        if not member.is_active or token.get(VERSION_CLAIM) != member.token_version:
            raise errors.TokenDead
        # Tokens issued before there were families have one with their own id.
        family_id = token.get(FAMILY_CLAIM) or str(UUID(token["jti"]))
        family = TokenFamily.objects.filter(pk=family_id, member=member)
        successor = refresh_token_for(member, family_id)
        is_unused = family.filter(refresh_jti=token["jti"]).update(
            refresh_jti=successor["jti"],
            spent_jti=token["jti"],
            refreshed_at=Now(),
            expires_at=_expiry(successor),
        )
        if not is_unused and not _is_echo(family, token) and family.delete()[0]:
            signals.signed_out.send(Member, member_id=member.pk)
    if not is_unused:
        raise errors.TokenDead
    return _pair(successor)


def _is_echo(family: QuerySet[TokenFamily], spent: RefreshToken) -> bool:
    """Return whether a spent token is the last one exchanged, a moment ago.

    Two browser tabs that share a token and wake together do this. The second gets no
    pair either, but the first one's pair stays valid. So a thief gains nothing by a
    second use; only a thief who is first within that moment goes unnoticed, and the
    refused owner signs in anew.
    """
    leeway = timedelta(seconds=settings.REFRESH_REUSE_LEEWAY_SECONDS)
    return family.filter(
        spent_jti=spent["jti"], refreshed_at__gt=Now() - leeway
    ).exists()


def _expiry(token: RefreshToken) -> datetime:
    return datetime.fromtimestamp(token["exp"], UTC)


def _pair(refresh: RefreshToken) -> TokenPair:
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def forget_expired_sign_ins() -> None:
    """Delete expired token families and sessions."""
    TokenFamily.objects.filter(expires_at__lt=Now()).delete()
    Session.objects.filter(expire_date__lt=Now()).delete()


def change_password(member: Member, password: str) -> None:
    """Set the password; all tokens and sessions become invalid.

    Raises TokenDead if the password has been changed since `member` was read.
    """
    encoded = make_password(composed(password))  # slow, so the row is not locked yet
    with transaction.atomic():
        if locked_member(member).password != member.password:
            raise errors.TokenDead
        member.password = encoded
        member.save(update_fields=["password"])
        sign_out_everywhere(member)


def sign_out_everywhere(member: Member) -> None:
    """Revoke the member's token, access and refresh tokens, and sessions."""
    with transaction.atomic():
        sign_out_bearers(member)
        Token.objects.filter(user=member).delete()


def delete_sessions(member: Member) -> None:
    """Delete the member's sessions, which only their signed data identify.

    Only the admin's sign-in makes sessions, and it sets `last_login`: so there are few
    to search, and for most members none to search for.
    """
    if member.last_login is None:
        return
    mine = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(member.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()


def sign_out_bearers(member: Member) -> None:
    """Revoke all access tokens, refresh tokens and sessions of the member, or none.

    A pending change of the e-mail ends with them.
    """
    with transaction.atomic():
        # The member first: a refresh locks it before the family.
        mine = Member.objects.filter(pk=member.pk)
        if mine.update(token_version=F("token_version") + 1, pending_email=None):
            TokenFamily.objects.filter(member=member).delete()
            member.refresh_from_db(fields=["token_version", "pending_email"])
            signals.signed_out.send(Member, member_id=member.pk)
