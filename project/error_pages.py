"""The error of a request whose view, or a layer around it, has failed."""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from project.lib.database.errors import is_too_slow, is_unavailable
from project.lib.errors import RETRY_AFTER_S, refusal_body


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 503 if the database is unavailable, otherwise 500 (urls.handler500).

    Views of the API do so themselves. Outside of the admin, JsonEdge makes it JSON.
    """
    error = sys.exception()
    is_temporary = is_unavailable(error) or is_too_slow(error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    headers = {}
    if is_temporary:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        headers["Retry-After"] = str(RETRY_AFTER_S)
    page = format_html("<!doctype html><h1>{}</h1>", refusal_body(status)["detail"])
    return HttpResponse(page, status=status, headers=headers)
