"""Turn exceptions into error bodies; nothing else does (contract, section 1)."""

import logging
import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_exception_handler

from project.lib.api.renderers import JSONRenderer
from project.lib.database.errors import is_too_slow, is_unavailable, may_be_done
from project.lib.errors import (
    MAY_BE_DONE,
    RETRY_AFTER_S,
    SCHEMES,
    UNAVAILABLE,
    DomainError,
    Text,
    error_body,
)

NON_FIELD_ERRORS_KEY = api_settings.NON_FIELD_ERRORS_KEY

# What an answer tells of one field. A list may have more errors, and a message repeats
# what was sent, which may be long.
MESSAGES_TOLD_MAX = 20
MESSAGE_MAX_LENGTH = 500

logger = logging.getLogger(__name__)


class PayloadTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "payload_too_large"
    default_detail = _("The request is too large.")


class TooSlow(exceptions.APIException):
    """A statement exceeded settings.STATEMENT_TIMEOUT_MS."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "too_slow"
    default_detail = _("This query takes too long. Narrow it down.")
    wait = RETRY_AFTER_S  # DRF makes it Retry-After


class Unavailable(exceptions.APIException):
    """The database does not answer, or takes no more connections or locks."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = UNAVAILABLE
    wait = RETRY_AFTER_S


class OutcomeUnknown(Unavailable):
    """The database fails a request that may have been stored already."""

    default_code = "outcome_unknown"
    default_detail = MAY_BE_DONE


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any expected exception into an error body (contract, section 1).

    400: `{"field": ["message"]}`, whole-object errors under `non_field_errors`.
    Everything else: `{"detail": "message", "code": "stable_snake_case"}`.
    Unexpected ones return None and stay a 500, logged by Django. No error is GeoJSON.
    """
    _answer_in_json(context.get("request"))
    if isinstance(exc, DomainError):
        if exc.field:
            return Response({exc.field: [str(exc.detail)]}, status=400)
        return Response(
            error_body(exc.detail, exc.code),
            status=exc.status,
            headers=_headers(exc),
        )
    if isinstance(exc, RequestDataTooBig):
        exc = PayloadTooLarge()
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif is_too_slow(exc):
        logger.error("A statement took too long", exc_info=exc)
        exc = OutcomeUnknown() if may_be_done() else TooSlow()
    elif is_unavailable(exc):
        logger.warning("The database does not answer: %s", exc)
        exc = OutcomeUnknown() if may_be_done() else Unavailable()
    response = drf_exception_handler(exc, context)
    if response is None or not isinstance(exc, exceptions.APIException):
        return response
    if response.status_code == status.HTTP_400_BAD_REQUEST:
        response.data = field_errors(exc.detail)
    else:
        response.data = error_body(*_detail_and_code(exc))
    return response


def _headers(exc: DomainError) -> dict[str, str]:
    headers = {}
    if exc.status == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = SCHEMES
    if exc.wait_s:
        headers["Retry-After"] = f"{math.ceil(exc.wait_s)}"
    return headers


def _answer_in_json(request: Request | None) -> None:
    if isinstance(request, Request):
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type


def field_errors(detail: Any) -> dict[str, Any]:
    """Return a ValidationError's detail as lists of messages by field."""
    if isinstance(detail, dict):
        return {field: _told(errors) for field, errors in detail.items()}
    return {"non_field_errors": detail if isinstance(detail, list) else [detail]}


def _told(errors: Any) -> list[str]:
    """Return a field's first messages, and whether there are more."""
    messages = _messages(errors)
    told = [_shortened(message) for message in islice(messages, MESSAGES_TOLD_MAX)]
    if next(messages, None) is not None:
        told.append(gettext("There are more errors."))
    return told


def _shortened(message: str) -> str:
    if len(message) <= MESSAGE_MAX_LENGTH:
        return message
    return f"{message[:MESSAGE_MAX_LENGTH]}…"


def _messages(errors: Any, path: str = "") -> Iterator[str]:
    """Yield a field's messages, each prefixed with its place inside: `0.id: …`."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            # Errors of a nested object as a whole are reported on that object.
            place = "" if name == NON_FIELD_ERRORS_KEY else f"{name}"
            yield from _messages(inner, ".".join(filter(None, (path, place))))
    elif isinstance(errors, list):
        for index, inner in enumerate(errors):
            is_message = not isinstance(inner, dict | list)
            yield from _messages(inner, path if is_message else f"{path}{index}")
    else:
        yield f"{path}: {errors}" if path else errors


def _detail_and_code(exc: exceptions.APIException) -> tuple[Text, str]:
    detail: object = exc.detail
    if isinstance(detail, dict):  # simplejwt puts details next to the message
        detail = detail.get("detail", exc.default_detail)
    return str(detail), getattr(detail, "code", None) or exc.default_code
