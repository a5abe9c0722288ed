"""What a request carries."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def validated(serializer: type[Serializer], request: Request) -> dict[str, Any]:
    """The request's body as `serializer` reads it; 400 with all that is wrong."""
    given = serializer(data=request.data, context={"request": request})
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
