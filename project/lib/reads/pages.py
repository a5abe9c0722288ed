"""The envelope of a list's rows: counts, and links to neighbouring pages."""

import json
from collections.abc import Mapping, Sequence
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
    count all rows. `returned`: how many `items` are, where they are text.
    """

    count: int
    items: Any
    next: Changes | None = None
    previous: Changes | None = None
    is_capped: bool | None = None
    returned: int | None = None


def wants_geojson(request: Request) -> bool:
    """Return whether rows are written as features, whatever is around them."""
    return bool(getattr(request.accepted_renderer, "writes_geojson", False))


def page_response(request: Request, page: Page) -> Response:
    """Return the page as the contract writes it; JSON text is passed on as it is."""
    around = envelope(request, page)
    if not isinstance(page.items, str):
        return Response({**around, "results": page.items})
    if wants_geojson(request):
        return _collection_response(request, around, page.items)
    head = json.dumps(around, ensure_ascii=False)[:-1]
    return Response(Written(f'{head}, "results": [{page.items}]}}'))


def _collection_response(
    request: Request, around: dict[str, Any], features: str
) -> Response:
    """Return a page as GeoJSON, with the links that map programs follow."""
    urls = {
        "self": request.build_absolute_uri(),
        "next": around["next"],
        "prev": around["previous"],
    }
    links = [link(rel, url, MEDIA_TYPE) for rel, url in urls.items() if url]
    head = json.dumps({**around, "links": links}, ensure_ascii=False)[1:-1]
    text = f'{{"type": "FeatureCollection", {head}, "features": [{features}]}}'
    return Response(Written(text), headers=link_header(links))


def link(rel: str, href: str, media_type: str) -> dict[str, str]:
    """Return a link as OGC API writes it, with the names of RFC 8288."""
    return {"rel": rel, "href": href, "type": media_type}


def link_header(links: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the Link header (RFC 8288) that names the neighbouring pages, if any."""
    told = [
        f'<{each["href"]}>; rel="{each["rel"]}"; type="{each["type"]}"'
        for each in links
        if each["rel"] in ("next", "prev")
    ]
    return {"Link": ", ".join(told)} if told else {}


def envelope(request: Request, page: Page) -> dict[str, Any]:
    """Return the envelope of a page's rows."""
    capped = {} if page.is_capped is None else {"count_capped": page.is_capped}
    return {
        "count": page.count,
        **capped,
        "next": page_url(request, page.next),
        "previous": page_url(request, page.previous),
    }


def page_url(request: Request, changes: Changes | None) -> str | None:
    """Return the request's URL with these parameters changed."""
    if changes is None:
        return None
    url: str = request.build_absolute_uri()
    for name, value in changes.items():
        if value is None:
            url = remove_query_param(url, name)
        else:
            url = replace_query_param(url, name, value)
    return url
