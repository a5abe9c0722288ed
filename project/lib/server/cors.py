"""CORS headers for answers that are made before any middleware runs."""

from typing import TypeVar

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


def readable(request: HttpRequest, response: Response) -> Response:
    """Return the same response, readable by pages of allowed origins.

    Without these headers a browser reports only a network error to its page.
    """
    CorsMiddleware(lambda _request: response)(request)
    return response
