"""Filters of the admin's lists."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from events.models import Organization
from events.querysets import EventQuerySet

ID_MAX_DIGITS = 18

# The name of each state, and the condition for its rows.
Choices = dict[str, tuple[Any, Q]]

STATES: Choices = {
    "scheduled": (_("scheduled"), Q(published_at=None, cancelled_at=None)),
    "published": (_("published"), Q(published_at__isnull=False, cancelled_at=None)),
    "cancelled": (_("cancelled"), Q(cancelled_at__isnull=False)),
}


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= ID_MAX_DIGITS


class ChoiceFilter(admin.SimpleListFilter):
    options: ClassVar[Choices]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, name) for value, (name, _rows) in self.options.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.options.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class StateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"
    options = STATES


class WhenFilter(ChoiceFilter):
    title = _("date")
    parameter_name = "when"
    options: ClassVar[Choices] = {
        "coming": (_("yet to come"), Q(date__gte=Now())),
        "past": (_("past"), Q(date__lt=Now())),
        "undated": (_("without a date"), Q(date=None)),
    }


class LineFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"
    options: ClassVar[Choices] = {
        "attending": (_("attending"), Q(is_waiting=False)),
        "waiting": (_("waiting"), Q(is_waiting=True)),
    }


class OrganizationFilter(admin.ListFilter):
    """One organization, found by typing: there may be too many to list.

    `path`: from the rows to their organizations.
    """

    title = _("organization")
    template = "events/organization_filter.html"
    parameter_name = "organization"
    path: ClassVar[str] = "organization"

    def __init__(
        self, request: HttpRequest, params: Any, model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        value = params.pop(self.parameter_name, [""])[-1]
        self.chosen = int(value) if is_id(value) else None
        self.used_parameters[self.parameter_name] = value
        source = model._meta.get_field(self.path)
        self._field = forms.ModelChoiceField(
            Organization.objects.all(),
            widget=AutocompleteSelect(source, model_admin.admin_site),
            required=False,
        )

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter_name]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.chosen is None:
            return queryset
        return queryset.filter(**{self.path: self.chosen})

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        return iter(())

    @property
    def select(self) -> SafeString:
        label = {"id": "organization-filter", "aria-label": self.title}
        widget = cast("AutocompleteSelect", self._field.widget)
        return widget.render(self.parameter_name, self.chosen, label)

    @property
    def others(self) -> list[tuple[str, str]]:
        """The other parameters of the list, to be kept."""
        given = self.request.GET.lists()
        dropped = {self.parameter_name, PAGE_VAR}
        return [(name, v) for name, vs in given if name not in dropped for v in vs]


class OrganizationsFilter(OrganizationFilter):
    path = "organizations"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        events = cast("EventQuerySet", queryset)
        return events if self.chosen is None else events.of_organization(self.chosen)


class FilteredByOrganization(admin.ModelAdmin):
    """Has the scripts that OrganizationFilter needs."""

    @property
    def media(self) -> forms.Media:
        source = Organization._meta.get_field("memberships")
        scripts = AutocompleteSelect(source, self.admin_site).media
        # Scripts named together come in this order.
        own = ("admin/js/autocomplete.js", "events/organization_filter.js")
        return super().media + scripts + forms.Media(js=own)
