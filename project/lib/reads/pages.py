"""What stands around the rows of any list: counts, and links to the next pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from project.lib.api.renderers import Written
from project.lib.reads.geojson import MEDIA_TYPE

# By name, what of the query string another page changes; None takes it out.
Changes = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Page:
    """`items`: the rows as JSON text with commas between them, or as objects.

    `next`, `previous`: the changes that make this page's address another page's, None
    where there is none. `is_capped`: there are more than `count`; None for lists that
    count all.
    """

    count: int
    items: Any
    next: Changes | None = None
    previous: Changes | None = None
    is_capped: bool | None = None


def wants_geojson(request: Request) -> bool:
    return request.accepted_renderer.media_type == MEDIA_TYPE


def page_response(request: Request, page: Page) -> Response:
    """The page as the contract writes it; text stays the text that it is."""
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
    """What stands around a page's rows."""
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
