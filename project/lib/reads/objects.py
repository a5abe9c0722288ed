"""Ordinary DRF lists: a queryset, django-filter's backend, a page, a serializer.

For lists that are seldom read. Busy lists have their statement compiled once and
their JSON written by PostgreSQL (`lists`).
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from project.lib.reads.cursors import KeysetQuery, Order
from project.lib.reads.keyset import COUNT_CAP, keyset_page, keyset_query, sorted_rows
from project.lib.reads.pages import page_response
from project.lib.reads.parameters import CompiledFilterSet


class FilterBackend(DjangoFilterBackend):
    """django-filter's backend, refusing unknown and repeated parameters too."""

    filterset_base = CompiledFilterSet

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Narrow the queryset. Raises ValidationError with everything that is wrong."""
        self.get_filterset_class(view, queryset).read(request.query_params)
        return super().filter_queryset(request, queryset, view)


class KeysetPagination(BasePagination):
    """Pages in the view's `order`, with the same cursors as all other lists.

    The view's `filterset_class` is a KeysetFilterSet.
    """

    # The stubs allow sequences, which have no order to compare by.
    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """Return the page's rows. Raises ValidationError and CursorInvalid."""
        order: Order = view.order
        given = view.filterset_class.read(request.query_params)
        query = keyset_query(given, order)
        cursor, limit = query.cursor, query.limit
        forward = cursor.forward if cursor else None
        count = queryset.order_by()[: COUNT_CAP + 1].count()
        statement = sorted_rows(queryset, order, forward)
        params = statement.bind(_Values(query))
        rows = list(queryset.model._default_manager.raw(statement.sql, params))
        shown = rows[:limit]
        keys = [f"key{i}" for i in range(len(order.keys))]
        places = [[str(getattr(row, key)) for key in keys] for row in shown]
        self.request = request
        self.page = keyset_page(count, shown, places, len(rows) > limit, query, order)
        return shown if forward is not False else shown[::-1]

    def get_paginated_response(self, data: Any) -> Response:
        return page_response(self.request, replace(self.page, items=data))


@dataclass(frozen=True)
class _Values:
    query: KeysetQuery
