"""What a request carries."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def validated(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    """The request's body as `serializer` reads it; 400 with all that is wrong."""
    given = serializer(data=request.data, context={"request": request})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def email_tried(request: Request) -> str | None:
    """Whose account one asks to be let into, as it was typed."""
    email = _fields(request).get("email")
    return None if email is None else str(email)


def moves(request: Request) -> bool:
    """Whether a profile's changes are, among others, of its location."""
    return not {"location", "longitude", "latitude"}.isdisjoint(_fields(request))


def _fields(request: Request) -> Mapping[str, Any]:
    return request.data if isinstance(request.data, Mapping) else {}
