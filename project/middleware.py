"""Middleware: what holds for all answers, and what serves only some requests.

The admin needs sessions, messages and a policy; the API gets a session only with its
cookie. What a request does not need took a third of the time of a short answer.
"""

import codecs
import gzip
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeGuard

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from project.error_views import is_admin, json_refusal
from project.lib.api.negotiation import weighted
from project.lib.errors import NEVER_KEPT

# For pages of libraries: a picture from another host is not loaded.
DOCUMENTATION = {"/docs", "/redoc", "/api/v1/schema/docs"}
OWN_PICTURES = "img-src 'self' data: blob:"


# Shorter ones fit into one packet.
UNCOMPRESSED_MAX_BYTES = 1024
# Types whose answers are texts; pictures are compressed already.
COMPRESSED = (
    "application/geo+json",
    "application/json",
    "application/openapi",
    "application/vnd.mapbox-vector-tile",
    "application/yaml",
    "text/calendar",
    "text/csv",
)
LEVEL = 3


class JsonEdge:
    """Set the caching of errors, and the body of 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
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


class Compression:
    """Compress long texts for clients that accept gzip.

    Where an answer repeats what an attacker chose, next to a secret, its compressed
    length tells the secret by and by (BREACH). The attacker must have the browser of a
    member send such requests; a browser adds a cookie or a Basic password by itself,
    but no token. So only answers without those are compressed.

    Django's GZipMiddleware does so to any type of content, at a level that takes twice
    as long for a twentieth less, and to clients that refuse it by `gzip;q=0`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "ETag" in response.headers:
            # A 304 has the Vary of its 200 (RFC 9110, 15.4.5), and no type or length.
            patch_vary_headers(response, ["Accept-Encoding"])
        if not _may_be_compressed(response, request):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if _accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            response.content = gzip.compress(response.content, LEVEL, mtime=0)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
            etag = response.headers.get("ETag", "")
            if etag.startswith('"'):  # not the same bytes any more
                response.headers["ETag"] = f"W/{etag}"
        return response


def _may_be_compressed(
    response: HttpResponseBase, request: HttpRequest
) -> TypeGuard[HttpResponse]:
    return (
        isinstance(response, HttpResponse)  # whole, and not a stream
        and response.status_code == HTTPStatus.OK
        and request.method in ("GET", "HEAD")
        and len(response.content) > UNCOMPRESSED_MAX_BYTES
        and response.headers["Content-Type"].startswith(COMPRESSED)
        and "Content-Encoding" not in response.headers
        and not _may_have_session(request)
        and not request.META.get("HTTP_AUTHORIZATION", "").lower().startswith("basic")
    )


def _accepts_gzip(accept_encoding: str) -> bool:
    weights = dict(weighted(accept_encoding))
    return weights.get("gzip", weights.get("*", 0)) > 0


class OnlyIfServes:
    """A mixin that has a middleware leave alone the requests that it does not serve."""

    get_response: Callable[[HttpRequest], Any]

    def __call__(self, request: HttpRequest) -> Any:
        if self.serves(request):
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)

    def serves(self, request: HttpRequest) -> bool:
        return is_admin(request)


class Messages(OnlyIfServes, MessageMiddleware):
    pass


class ContentSecurityPolicy(OnlyIfServes, CSPMiddleware):
    """The admin's policy; the pages for people set stricter ones."""


class Sessions(OnlyIfServes, SessionMiddleware):
    def serves(self, request: HttpRequest) -> bool:
        return _may_have_session(request)


class Authentication(OnlyIfServes, AuthenticationMiddleware):
    """Sets `request.user` by the session; the API does so by its own headers too."""

    def serves(self, request: HttpRequest) -> bool:
        return _may_have_session(request)


def _may_have_session(request: HttpRequest) -> bool:
    """Return whether there is a session, or one may begin, as only the admin does."""
    return is_admin(request) or settings.SESSION_COOKIE_NAME in request.COOKIES


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
