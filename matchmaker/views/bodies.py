"""What a request is about, read before validation, for the throttles."""

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
    """Return the identity of the e-mail that somebody tries to sign in with."""
    email = _fields(request).get("email")
    return None if email is None else email_identity(str(email))


def own_email(request: Request) -> str | None:
    """Return the identity of the member's e-mail, if there is one."""
    return getattr(request.user, "email_identity", None)


def changes_email(request: Request) -> bool:
    """Return whether a profile change includes the e-mail."""
    email = _fields(request).get("email")
    return bool(email) and email != getattr(request.user, "email", None)


def bearer_refreshing(request: Request) -> str | None:
    """Return the id in the refresh token, or None if it is invalid or expired."""
    try:
        token = RefreshToken(str(_fields(request).get("refresh")))  # type: ignore[arg-type]
    except TokenError:
        return None
    return str(token.get(api_settings.USER_ID_CLAIM))


def tries_password(request: Request) -> bool:
    """Return whether both fields are filled in, so that it is an attempt."""
    given = _fields(request)
    return bool(given.get("email") and given.get("password"))


def moves(request: Request) -> bool:
    """Return whether a profile change includes a valid new location."""
    moved = not {"location", "longitude", "latitude"}.isdisjoint(_fields(request))
    place, errors = bodies.as_json(LocationInput, request)
    return moved and not errors and LocationInput(data=place).is_valid()


def chooses(request: Request) -> bool:
    """Return whether a profile change includes the gender or the one looked for."""
    given, me = _fields(request), request.user
    return any(
        name in given and given[name] != getattr(me, name)
        for name in ("gender", "looking_for")
    )


def brings_picture(request: Request) -> bool:
    """Return whether a form brings a file; all files that are read are pictures."""
    return bool(request.FILES)


def _fields(request: Request) -> Mapping[str, Any]:
    return request.data if isinstance(request.data, Mapping) else {}
