"""The envelope of a list's rows: counts, and links to neighbouring pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from project.lib.api.renderers import Written
from project.lib.reads.geojson import MEDIA_TYPE

# The query parameters that another page changes, by name; None removes one.
Changes = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Page:
    """A page. `items`: rows as JSON text with commas between them, or as objects.

    `next`, `previous`: the parameters to change for that page, None where there is
    none. `is_capped`: whether there are more rows than `count`; None for lists that
    count all rows.
    """

    count: int
    items: Any
    next: Changes | None = None
    previous: Changes | None = None
    is_capped: bool | None = None


def wants_geojson(request: Request) -> bool:
    return request.accepted_renderer.media_type == MEDIA_TYPE


def page_response(request: Request, page: Page) -> Response:
    """Return the page as the contract writes it; JSON text is passed on as it is."""
    around = envelope(request, page)
    if not isinstance(page.items, str):
        return Response({**around, "results": page.items})
    head = json.dumps(around, ensure_ascii=False)[:-1]
    if wants_geojson(request):
        text = (
            f'{{"type": "FeatureCollection", {head[1:]}, "features": [{page.items}]}}'
        )
    else:
        text = f'{head}, "results": [{page.items}]}}'
    return Response(Written(text))


def envelope(request: Request, page: Page) -> dict[str, Any]:
    """Return the envelope of a page's rows."""
    capped = {} if page.is_capped is None else {"count_capped": page.is_capped}
    return {
        "count": page.count,
        **capped,
        "next": _link(request, page.next),
        "previous": _link(request, page.previous),
    }


def _link(request: Request, changes: Changes | None) -> str | None:
    if changes is None:
        return None
    url: str = request.build_absolute_uri()
    for name, value in changes.items():
        if value is None:
            url = remove_query_param(url, name)
        else:
            url = replace_query_param(url, name, value)
    return url
