"""CORS headers for answers that are made before any middleware runs."""

from typing import TypeVar

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


def readable(request: HttpRequest, response: Response) -> Response:
    """The same response, which the page of an allowed origin may read.

    Without these headers a browser tells its page of a network error, and no more.
    """
    CorsMiddleware(lambda _request: response)(request)
    return response
