"""The outermost middleware: what holds for answers of views and of errors alike."""

import codecs
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import translation

from project.error_views import is_admin, json_refusal
from project.lib.errors import NEVER_KEPT

# For pages of libraries: a picture from another host is not loaded.
DOCUMENTATION = {"/docs", "/redoc", "/api/v1/schema/docs"}
OWN_PICTURES = "img-src 'self' data: blob:"


class JsonEdge:
    """Set the language and the caching of errors, and the body of 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Otherwise this layer would use the language of the thread's last request.
        translation.activate(translation.get_language_from_request(request))
        if is_admin(request) and (_has_null(request) or not _is_utf_8(request)):
            return json_refusal(HTTPStatus.BAD_REQUEST)
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not is_admin(request):
            # Django's decorators leave the body empty; Allow and Vary stay.
            error = json_refusal(HTTPStatus.METHOD_NOT_ALLOWED)
            response.content = error.content
            for name in ("Content-Type", "Content-Length"):
                response.headers[name] = error.headers[name]
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers.setdefault("Cache-Control", NEVER_KEPT)
        if request.path.rstrip("/") in DOCUMENTATION:
            response.headers["Content-Security-Policy"] = OWN_PICTURES
        return response


def _is_utf_8(request: HttpRequest) -> bool:
    """Return whether a form is in the charset of all our pages.

    Codecs that are none of text (hex, zip) would make Django's reading fail.
    """
    return request.encoding is None or codecs.lookup(request.encoding).name == "utf-8"


def _has_null(request: HttpRequest) -> bool:
    """Return whether a URL contains NUL, which PostgreSQL takes in no comparison.

    The API's filters report it on their parameter; many of the admin's would fail.
    """
    return "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path
