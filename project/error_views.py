"""Errors that no view of ours answers: JSON, and in the admin a small page.

Django's own error views check the CSRF token, for which they parse the body. A body
that cannot be parsed is often the very error that is to be answered.
"""

import sys
from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import csrf

from project.lib.database.errors import is_too_slow, is_unavailable, may_be_done
from project.lib.errors import (
    MAY_BE_DONE,
    NEVER_KEPT,
    RETRY_AFTER_S,
    error_body,
    refusal_body,
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 if the database is unavailable, otherwise 500.

    Views of the API do so themselves.
    """
    error = sys.exception()
    if not (is_unavailable(error) or is_too_slow(error)):
        return refusal(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    body = error_body(MAY_BE_DONE, "outcome_unknown") if may_be_done() else None
    response = refusal(request, HTTPStatus.SERVICE_UNAVAILABLE, body)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its CSRF token; Django's page says what to do."""
    if is_admin(request):
        return csrf.csrf_failure(request, reason)
    return refusal(request, HTTPStatus.FORBIDDEN)


def refusal(
    request: HttpRequest, status: HTTPStatus, body: Mapping[str, object] | None = None
) -> HttpResponse:
    """Return an error without reading the request's body or the database."""
    body = body or refusal_body(status)
    if not is_admin(request):
        return json_refusal(status, body)
    # Without the request there are no context processors.
    page = render_to_string("refusal.html", {"status": status, **body})
    return HttpResponse(page, status=status)


def json_refusal(
    status: HTTPStatus, body: Mapping[str, object] | None = None
) -> JsonResponse:
    headers = {"Cache-Control": NEVER_KEPT}
    answer = dict(body or refusal_body(status))
    response = JsonResponse(answer, status=status, headers=headers)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def is_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
