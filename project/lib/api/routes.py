"""URL patterns whose trailing slash is optional, without a redirect."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path


def endpoint(
    route: str, view: Callable[..., HttpResponseBase], name: str, **kwargs: Any
) -> URLPattern:
    """Return a pattern for `route` (a regex without the slash) with or without a slash.

    Both forms answer alike: a redirect would turn a POST into a GET.
    """
    return re_path(rf"^{route}/?$", view, kwargs, name=name)
