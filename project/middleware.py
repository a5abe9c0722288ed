"""The outermost middleware: requests that reach no view still get JSON errors."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from project.lib.errors import NEVER_KEPT, refusal_body
from project.lib.server.limits import MAX_BODY_BYTES, MAX_FORM_BYTES

# For pages of libraries: a picture from another host is not loaded.
DOCUMENTATION = {"/docs", "/redoc", "/api/v1/schema/docs"}
OWN_PICTURES = "img-src 'self' data: blob:"


class JsonEdge:
    """Refuse oversized bodies, and give errors outside of views a JSON body.

    Django answers broken hosts, encodings and limits in HTML before any view runs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Otherwise this layer would use the language of the thread's last request.
        translation.activate(translation.get_language_from_request(request))
        if int(request.META.get("CONTENT_LENGTH") or 0) > _limit_bytes(request):
            return _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if request.path.startswith("/admin/") and _has_null(request):
            return _error(HTTPStatus.BAD_REQUEST)
        response = self.get_response(request)
        if (
            response.status_code >= HTTPStatus.BAD_REQUEST
            and isinstance(response, HttpResponse)
            and response.headers.get("Content-Type", "").startswith("text/html")
            and not request.path.startswith("/admin/")
            and not settings.DEBUG
        ):
            error = _error(HTTPStatus(response.status_code))
            # Headers of inner layers stay: Allow, Vary, those of CORS.
            response.content = error.content
            response.headers["Content-Type"] = error.headers["Content-Type"]
            response.headers["Content-Length"] = str(len(error.content))
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            response.headers.setdefault("Cache-Control", NEVER_KEPT)
        if request.path.rstrip("/") in DOCUMENTATION:
            response.headers["Content-Security-Policy"] = OWN_PICTURES
        return response


def _has_null(request: HttpRequest) -> bool:
    """Return whether a URL contains NUL, which PostgreSQL takes in no comparison.

    The API's filters report it on their parameter; many of the admin's would fail.
    """
    return "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path


def _limit_bytes(request: HttpRequest) -> int:
    form = (request.content_type or "") == "multipart/form-data"
    return MAX_FORM_BYTES if form else MAX_BODY_BYTES


def _error(status: HTTPStatus) -> JsonResponse:
    headers = {"Cache-Control": NEVER_KEPT}
    return JsonResponse(refusal_body(status), status=status, headers=headers)
