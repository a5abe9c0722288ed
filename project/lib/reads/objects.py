"""Ordinary lists of DRF: a queryset, django-filter's backend, a page, a serializer.

For lists that few ask for. Those that many ask for have their statement compiled once
and their JSON written by PostgreSQL (project/lib/reads/statements.py).
"""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from project.lib.reads.keyset import COUNT_CAP, Cursor, Page, neighbours, sorted_rows
from project.lib.reads.pages import PAGE_SIZE, envelope
from project.lib.reads.parameters import CompiledFilterSet


class FilterBackend(DjangoFilterBackend):
    """django-filter's, which alone passes over unknown and repeated parameters."""

    filterset_base = CompiledFilterSet

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Raises ValidationError with everything that is wrong."""
        self.get_filterset_class(view, queryset).read(request.query_params)
        return super().filter_queryset(request, queryset, view)


class KeysetPagination(BasePagination):
    """Pages in the `order` of the view, with the cursors of all other lists.

    Its `filterset_class` is a PagedFilterSet.
    """

    # The stubs allow sequences, which have no order to compare by.
    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        """The page's rows. Raises ValidationError and CursorInvalid."""
        self.request, self.order = request, view.order
        given = view.filterset_class.read(request.query_params)
        cursor = (
            Cursor.parse(given["cursor"], self.order) if "cursor" in given else None
        )
        size = int(given.get("page_size", PAGE_SIZE))
        count = queryset.order_by()[: COUNT_CAP + 1].count()
        rows = self._read(queryset, cursor, size)
        shown = rows[:size]
        keys = [f"key{i}" for i in range(len(self.order.keys))]
        places = [[str(getattr(row, key)) for key in keys] for row in shown]
        after, before = neighbours(places, more=len(rows) > size, cursor=cursor)
        self.page = Page(count=count, items="", next=after, previous=before)
        return shown if cursor is None or cursor.forward else shown[::-1]

    def _read(
        self, queryset: QuerySet[Any], cursor: Cursor | None, size: int
    ) -> list[Any]:
        """The rows beyond the cursor in reading direction, and one more."""
        forward = cursor.forward if cursor else None
        rows = sorted_rows(queryset, self.order, forward=forward, size=size)
        params = rows.bind(cursor.params() if cursor else {})
        return list(queryset.model._default_manager.raw(rows.sql, params))

    def get_paginated_response(self, data: Any) -> Response:
        head = envelope(self.request, self.page, self.order)
        return Response({**head, "results": data})
