"""What a request is about, read before it is checked: for the throttles."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken

from project.lib.api import bodies
from project.lib.api.fields import LocationInput
from project.lib.emails import email_identity


def email_tried(request: Request) -> str | None:
    """Whose account one asks to be let into, however it was spelt."""
    email = _fields(request).get("email")
    return None if email is None else email_identity(str(email))


def own_email(request: Request) -> str | None:
    """The identity of the e-mail of whoever asks, if there is one."""
    return getattr(request.user, "email_identity", None)


def changes_email(request: Request) -> bool:
    """Whether a profile's changes are, among others, of its e-mail."""
    email = _fields(request).get("email")
    return bool(email) and email != getattr(request.user, "email", None)


def bearer_refreshing(request: Request) -> str | None:
    """Whose refresh token it is; None if it is none, or has expired."""
    try:
        token = RefreshToken(str(_fields(request).get("refresh")))  # type: ignore[arg-type]
    except TokenError:
        return None
    return str(token.get(api_settings.USER_ID_CLAIM))


def tries_password(request: Request) -> bool:
    """Whether it is an attempt, and not a form that was sent half empty."""
    given = _fields(request)
    return bool(given.get("email") and given.get("password"))


def moves(request: Request) -> bool:
    """Whether a profile's changes are, among others, of its location, to a place."""
    moved = not {"location", "longitude", "latitude"}.isdisjoint(_fields(request))
    place, errors = bodies.as_json(LocationInput, request)
    return moved and not errors and LocationInput(data=place).is_valid()


def chooses(request: Request) -> bool:
    """Whether a profile's changes are of whom one is shown to when discovering."""
    given, me = _fields(request), request.user
    return any(
        name in given and given[name] != getattr(me, name)
        for name in ("gender", "looking_for")
    )


def _fields(request: Request) -> Mapping[str, Any]:
    return request.data if isinstance(request.data, Mapping) else {}
