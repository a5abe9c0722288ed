"""Keyset lists over HTTP: their parameters and their envelope, JSON or GeoJSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from project.lib.filters import repeated_errors
from project.lib.geo import Box
from project.lib.geojson import MEDIA_TYPE
from project.lib.pages import COUNT_CAP, Cursor, Order, Page
from project.lib.prepared import Param
from project.lib.renderers import Written

PAGE_SIZE = 20
PAGE_SIZE_MAX = 100


@dataclass(frozen=True)
class Choice:
    """Which filters a request uses: all that shapes the SQL, and none of its values.

    `filters`: (name, what of its value changes the SQL), sorted by name.
    """

    filters: tuple[tuple[str, Any], ...]

    def __contains__(self, name: str) -> bool:
        return any(name == chosen for chosen, _variant in self.filters)

    def without(self, name: str) -> "Choice":
        return Choice(tuple(chosen for chosen in self.filters if chosen[0] != name))


class PagedFilterSet(django_filters.FilterSet):
    """Filters of a keyset list, with the two parameters that every one has.

    Declared as django-filter wants them. What a request gives is validated by
    `read`; `narrow` applies the filters once per `Choice`, with Params for values.
    """

    page_size = django_filters.NumberFilter(
        min_value=1,
        max_value=PAGE_SIZE_MAX,
        decimal_places=0,
        help_text=_("Rows a page"),
    )
    cursor = django_filters.CharFilter(
        help_text=_("From `next` or `previous` of another page")
    )

    # Parameters that choose a page and not rows.
    paging: ClassVar[tuple[str, ...]] = ("page_size", "cursor")

    @classmethod
    def read(cls, params: QueryDict) -> dict[str, Any]:
        """The given parameters, cleaned. Raises ValidationError with all that is wrong.

        Empty ones count as not given, as in a form.
        """
        names = tuple(name for name in cls.base_filters if name in params)
        # Classes are hashable: python/mypy#11470.
        form = _form_class(cls, names)(params)  # type: ignore[arg-type]
        errors = {**repeated_errors(params), **form.errors}
        if errors:
            raise ValidationError(errors)
        return {
            name: value
            for name, value in form.cleaned_data.items()
            if value is not None and value != ""
        }

    @classmethod
    def choose(cls, given: Mapping[str, Any]) -> tuple[Choice, dict[str, Any]]:
        """Split what was read into what shapes the SQL and the values of its Params."""
        filters: list[tuple[str, bool | None]] = []
        values: dict[str, Any] = {}
        for name in sorted(given.keys() - set(cls.paging)):
            value = given[name]
            if isinstance(value, bool):
                filters.append((name, value))
            elif isinstance(value, Box):
                filters.append((name, value.crosses))
                for edge in ("west", "south", "east", "north"):
                    values[f"{name}.{edge}"] = getattr(value, edge)
            else:
                filters.append((name, None))
                values[name] = value
        return Choice(tuple(filters)), values

    @classmethod
    def narrow(cls, queryset: QuerySet[Any], choice: Choice) -> Any:
        """Apply the chosen filters, with Params where their values will be."""
        filterset = cls({}, queryset)
        for name, variant in choice.filters:
            chosen = filterset.filters[name]
            queryset = chosen.filter(queryset, _placeholder(chosen, name, variant))
        return queryset


def _placeholder(chosen: django_filters.Filter, name: str, variant: Any) -> Any:
    if isinstance(variant, bool) and hasattr(chosen.field_class, "is_box"):
        west, south, east, north = (
            Param(f"{name}.{edge}") for edge in ("west", "south", "east", "north")
        )
        return Box(west, south, east, north, crosses=variant)
    return Param(name) if variant is None else variant


@lru_cache(maxsize=1024)
def _form_class(
    filterset: type[PagedFilterSet], names: tuple[str, ...]
) -> type[forms.Form]:
    """A form of the given parameters only: fewer fields are faster to clean."""
    fields = {name: filterset.base_filters[name].field for name in names}
    return type("Parameters", (forms.Form,), fields)


def wants_geojson(request: Request) -> bool:
    return request.accepted_renderer.media_type == MEDIA_TYPE


def page_response(request: Request, page: Page, order: Order) -> Response:
    """The page as the contract writes it; its rows stay the text that they are."""
    envelope = {
        "count": min(page.count, COUNT_CAP),
        "count_capped": page.count > COUNT_CAP,
        "next": _link(request, page.next, order),
        "previous": _link(request, page.previous, order),
    }
    head = json.dumps(envelope, ensure_ascii=False)[:-1]
    if wants_geojson(request):
        text = (
            f'{{"type": "FeatureCollection", {head[1:]}, "features": [{page.items}]}}'
        )
    else:
        text = f'{head}, "results": [{page.items}]}}'
    return Response(Written(text))


def _link(request: Request, cursor: Cursor | None, order: Order) -> str | None:
    if cursor is None:
        return None
    url = remove_query_param(request.build_absolute_uri(), "cursor")
    return replace_query_param(url, "cursor", cursor.encode(order))
