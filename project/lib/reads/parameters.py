"""Query parameters of lists, declared as django-filter's filtersets.

`read` validates a request's parameters. `narrow` applies the filters once for each
`Choice`, with Params in place of values (`statements`). Lists that are seldom read are
not compiled: there `filter_queryset` applies the filters (`objects`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar, Protocol

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError

from project.lib.api.unknown_input import parameter_errors
from project.lib.reads.filters import NumberFilter
from project.lib.reads.statements import FilterParam, Param

PAGE_SIZE = 20
PAGE_SIZE_MAX = 100
# The largest offset: PostgreSQL reads every row before it.
OFFSET_MAX = 1_000_000


@dataclass(frozen=True)
class Choice:
    """The filters that a request uses: everything that changes the SQL, no values.

    `filters`: (name, the part of its value that changes the SQL), sorted by name.
    `is_usual`: whether others may make the same choice, so that its SQL is kept.
    """

    filters: tuple[tuple[str, Any], ...]
    is_usual: bool = True

    def __contains__(self, name: str) -> bool:
        return any(name == chosen for chosen, _variant in self.filters)

    def without(self, name: str) -> "Choice":
        others = tuple(chosen for chosen in self.filters if chosen[0] != name)
        return replace(self, filters=others)


@dataclass(frozen=True, kw_only=True)
class Query:
    """A request for a page of a list; `given`: its cleaned parameters by name."""

    given: Mapping[str, Any]
    limit: int = PAGE_SIZE
    offset: int = 0


class Queried(Protocol):
    """The values that a list's statement is run with."""

    @property
    def query(self) -> Query: ...


LIMIT = Param[Queried](lambda values: values.query.limit)
OFFSET = Param[Queried](lambda values: values.query.offset)


# Pairs of names for one parameter; a list that has one takes both.
SAME = {
    "bbox": "in_bbox",
    "in_bbox": "bbox",
    "limit": "page_size",
    "page_size": "limit",
}


class CompiledFilterSet(django_filters.FilterSet):
    # Parameters that choose a page, an order or an origin of distances, not rows.
    paging: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the parameters' names, each with the name of its filter."""
        return _names(cls)  # type: ignore[arg-type] # hashable: python/mypy#11470

    @classmethod
    def read(
        cls, params: QueryDict, unmet: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the cleaned parameters. Raises ValidationError with everything wrong.

        Empty parameters count as not given, as in a form. `unmet`: further messages by
        parameter, reported together with the others.
        """
        known = cls.names()
        names = tuple(sorted(known.keys() & params.keys()))
        given, invalid = {}, {}
        for name in names:
            # No form around it: making one takes longer than its fields do.
            field = cls.base_filters[known[name]].field
            sent = field.widget.value_from_datadict(params, {}, name)
            try:
                value = field.clean(sent)
            except forms.ValidationError as error:
                invalid[name] = error.messages
            else:
                if value is not None and value != "":
                    given[known[name]] = value
        errors = {
            **(unmet or {}),
            **parameter_errors(params, known),
            **_doubled([name for name in names if params[name]]),
            **invalid,
        }
        if errors:
            raise ValidationError(errors)
        return given

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow a list that is not compiled by the given parameters."""
        for name, value in self.read(self.data).items():
            if name not in self.paging:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    @classmethod
    def choose(cls, given: Mapping[str, Any]) -> Choice:
        """Return the choice of filters: what the given parameters change in the SQL."""
        chosen = [
            (name, cls.base_filters[name])
            for name in sorted(given.keys() - set(cls.paging))
        ]
        return Choice(
            tuple((name, _variant(each, given[name])) for name, each in chosen),
            is_usual=all(getattr(each, "is_usual", True) for _name, each in chosen),
        )

    @classmethod
    def narrow(cls, queryset: QuerySet[Any], choice: Choice) -> Any:
        """Apply the chosen filters, with Params where their values will be."""
        filterset = cls({}, queryset)
        for name, variant in choice.filters:
            chosen = filterset.filters[name]
            queryset = chosen.filter(queryset, _placeholder(chosen, name, variant))
        return queryset


class KeysetFilterSet(CompiledFilterSet):
    """Filters of a keyset list, with the two parameters that all such lists have."""

    page_size: Any = NumberFilter(
        min_value=1,
        max_value=PAGE_SIZE_MAX,
        decimal_places=0,
        help_text=gettext_lazy("Rows per page"),
    )
    cursor = django_filters.CharFilter(
        help_text=gettext_lazy("From `next` or `previous` of another page")
    )

    paging: ClassVar[tuple[str, ...]] = ("page_size", "cursor")


class OffsetFilterSet(CompiledFilterSet):
    """Filters of a list with `limit` and `offset`."""

    limit: Any = NumberFilter(
        min_value=1,
        max_value=PAGE_SIZE_MAX,
        decimal_places=0,
        help_text=gettext_lazy("Rows per page"),
    )
    offset: Any = NumberFilter(
        min_value=0,
        max_value=OFFSET_MAX,
        decimal_places=0,
        help_text=gettext_lazy("Rows to skip"),
    )

    paging: ClassVar[tuple[str, ...]] = ("limit", "offset")


def _variant(declared: django_filters.Filter, value: Any) -> Any:
    """Return the part of a parameter's value that changes the SQL, or None."""
    if hasattr(declared, "variant"):
        return declared.variant(value)
    return value if isinstance(value, bool) else None


def _placeholder(declared: django_filters.Filter, name: str, variant: Any) -> Any:
    """Return the placeholder of a parameter's value until the statement runs."""

    def value(values: Queried) -> Any:
        return values.query.given[name]

    if hasattr(declared, "placeholder"):
        return declared.placeholder(value, variant)
    if variant is not None:
        return variant
    # A choice's few values have many rows each, so one plan is good for all of them.
    is_choice = isinstance(declared, django_filters.ChoiceFilter)
    return Param(value) if is_choice else FilterParam(value)


def _doubled(given: list[str]) -> dict[str, list[str]]:
    """Return an error for each parameter that is given under both its names."""
    return {
        name: [
            _("Specify %(name)s or %(other)s, not both.")
            % {"name": name, "other": SAME[name]}
        ]
        for name in given
        if SAME.get(name) in given
    }


@cache
def _names(filterset: type[CompiledFilterSet]) -> dict[str, str]:
    filters = filterset.base_filters
    others = {SAME[name]: name for name in filters if name in SAME}
    # Names that no attribute can have, like filter-lang.
    own = {getattr(each, "parameter", name): name for name, each in filters.items()}
    return {**others, **own}
