"""Errors that no view of ours answers: JSON, and in the admin a small page.

Django's own error views check the CSRF token, for which they parse the body. A body
that cannot be parsed is often the very error that is to be answered.
"""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import csrf

from project.lib.database.errors import is_too_slow, is_unavailable
from project.lib.errors import NEVER_KEPT, RETRY_AFTER_S, refusal_body


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
    response = refusal(request, HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its CSRF token; Django's page says what to do."""
    if is_admin(request):
        return csrf.csrf_failure(request, reason)
    return refusal(request, HTTPStatus.FORBIDDEN)


def refusal(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Return an error without reading the body or the database."""
    if not is_admin(request):
        return json_refusal(status)
    # Without the request there are no context processors.
    page = render_to_string("refusal.html", {"status": status, **refusal_body(status)})
    return HttpResponse(page, status=status)


def json_refusal(status: HTTPStatus) -> JsonResponse:
    headers = {"Cache-Control": NEVER_KEPT}
    response = JsonResponse(refusal_body(status), status=status, headers=headers)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def is_admin(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
