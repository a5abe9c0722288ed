"""Who may open a socket: the bearer of an access token, from an allowed page."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.settings import api_settings

from chat.reads import RoomState
from matchmaker.authentication import FAMILY_CLAIM, VERSION_CLAIM, JWTAuthentication
from matchmaker.models import Member

SUBPROTOCOL = "bearer"
LOCAL_HOSTS = [".localhost", "127.0.0.1", "[::1]"]  # as Django's under DEBUG


class Refused(Exception):
    """The token is missing, malformed, expired or revoked."""


@dataclass(frozen=True)
class Ticket:
    """What a valid access token says. `expires_at`: Unix seconds."""

    member_id: int
    expires_at: float
    token_version: int
    token_family: UUID


@dataclass(frozen=True)
class Guest:
    """A member who is let in; `hidden`: whom the member is hidden from."""

    ticket: Ticket
    member: Member
    rooms: Collection[RoomState]
    hidden: set[int]


def is_known_origin(headers: dict[bytes, bytes]) -> bool:
    """Whether the Origin is allowed. Without an Origin it is no browser."""
    origin = headers.get(b"origin")
    if origin is None:
        return True
    text = origin.decode("latin-1").lower()
    if text in settings.CORS_ALLOWED_ORIGINS or any(
        re.match(pattern, text) for pattern in settings.CORS_ALLOWED_ORIGIN_REGEXES
    ):
        return True
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    hosts = settings.ALLOWED_HOSTS or (LOCAL_HOSTS if settings.DEBUG else [])
    host = parts.netloc.rpartition(":")[0] if _has_port(parts.netloc) else parts.netloc
    return parts.scheme in ("http", "https") and validate_host(host, hosts)


def _has_port(netloc: str) -> bool:
    return netloc.rpartition(":")[2].isdigit()


def token_in(scope: dict[str, Any]) -> tuple[str, str | None]:
    """Return the token, and the subprotocol to answer with. Raises Refused.

    Browsers cannot set headers here, so they send the subprotocols `bearer, <token>`.
    """
    headers = dict(scope["headers"])
    words = headers.get(b"authorization", b"").decode("latin-1").split()
    if len(words) == 2 and words[0].lower() == SUBPROTOCOL:
        return words[1], None
    if len(words) == 1 and words[0].lower() != SUBPROTOCOL:
        return words[0], None
    match scope["subprotocols"]:
        case [name, token] if name.lower() == SUBPROTOCOL and not words:
            return token, name
    raise Refused


def ticket(token: str) -> Ticket:
    """Return what a token says. Raises Refused for an invalid or expired one.

    Whether it was revoked, the database knows: commands.admit.
    """
    try:
        said = JWTAuthentication().get_validated_token(token.encode("ascii"))
        return Ticket(
            member_id=int(said[api_settings.USER_ID_CLAIM]),
            expires_at=said["exp"],
            token_version=said[VERSION_CLAIM],
            token_family=UUID(said[FAMILY_CLAIM]),
        )
    except (AuthenticationFailed, KeyError, ValueError) as error:
        raise Refused from error


def language(headers: dict[bytes, bytes], member: Member) -> str:
    """Return the language of Accept-Language, otherwise the member's own."""
    asked = headers.get(b"accept-language", b"").decode("latin-1")
    for code, _quality in parse_accept_lang_header(asked):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return member.language or settings.LANGUAGE_CODE
