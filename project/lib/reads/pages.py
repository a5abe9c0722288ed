"""Keyset lists over HTTP: their parameters and their envelope, JSON or GeoJSON."""

import json
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from project.lib.reads.geojson import MEDIA_TYPE
from project.lib.reads.keyset import COUNT_CAP, Cursor, Order, Page
from project.lib.reads.parameters import CompiledFilterSet
from project.lib.renderers import Written

PAGE_SIZE = 20
PAGE_SIZE_MAX = 100


class PagedFilterSet(CompiledFilterSet):
    """Filters of a keyset list, with the two parameters that every one has."""

    page_size = django_filters.NumberFilter(
        min_value=1,
        max_value=PAGE_SIZE_MAX,
        decimal_places=0,
        help_text=_("Rows a page"),
    )
    cursor = django_filters.CharFilter(
        help_text=_("From `next` or `previous` of another page")
    )

    paging: ClassVar[tuple[str, ...]] = ("page_size", "cursor")


def wants_geojson(request: Request) -> bool:
    return request.accepted_renderer.media_type == MEDIA_TYPE


def page_response(request: Request, page: Page, order: Order) -> Response:
    """The page as the contract writes it; its rows stay the text that they are."""
    return enveloped(request, envelope(request, page, order), page.items)


def envelope(request: Request, page: Page, order: Order) -> dict[str, Any]:
    """What stands around a page's rows."""
    return {
        "count": min(page.count, COUNT_CAP),
        "count_capped": page.count > COUNT_CAP,
        "next": _link(request, page.next, order),
        "previous": _link(request, page.previous, order),
    }


def enveloped(request: Request, around: dict[str, Any], items: str) -> Response:
    """A list's answer; `items` are rows as JSON text, with commas between them."""
    head = json.dumps(around, ensure_ascii=False)[:-1]
    if wants_geojson(request):
        text = f'{{"type": "FeatureCollection", {head[1:]}, "features": [{items}]}}'
    else:
        text = f'{head}, "results": [{items}]}}'
    return Response(Written(text))


def _link(request: Request, cursor: Cursor | None, order: Order) -> str | None:
    if cursor is None:
        return None
    url = remove_query_param(request.build_absolute_uri(), "cursor")
    return replace_query_param(url, "cursor", cursor.encode(order))
