"""The queue of reports: its filter and its counts."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaker.admin.pagination import DeclaredFilters
from matchmaker.models import Report


class StateFilter(admin.SimpleListFilter):
    """A filter that shows open reports by default."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Report.State.choices, ("all", _("all"))]

    def value(self) -> str:
        return super().value() or Report.State.OPEN

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        _no_parameter, *choices = super().choices(changelist)
        yield from choices

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Report]
    ) -> QuerySet[Report]:
        if self.value() == "all":
            return queryset
        return queryset.filter(state=self.value())


class Queue(DeclaredFilters):
    """A list whose rows have the number of open reports about the same member."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        about = Report.objects.filter(
            state=Report.State.OPEN, to_member__in={row.to_member_id for row in rows}
        )
        numbers = dict(about.values_list("to_member").annotate(Count("pk")).order_by())
        for row in rows:
            row.open_about = numbers.get(row.to_member_id, 0)
        self.result_list = rows
