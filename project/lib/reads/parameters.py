"""Query parameters of lists whose statements are compiled once a choice of them.

Declared as django-filter wants them. What a request gives is validated by `read`;
`narrow` applies the filters once per `Choice`, with Params for values. Lists that few
people ask for are not compiled: django-filter applies them (`objects`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar, Protocol, runtime_checkable

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from project.lib.reads.statements import Param
from project.lib.unknown import parameter_errors


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


@runtime_checkable
class Compound(Protocol):
    """A value of several Params: `parts` by name, `variant` what changes the SQL.

    Its filter has a method `placeholder(name, variant)`, which makes one of Params.
    """

    @property
    def variant(self) -> Any: ...

    def parts(self) -> Mapping[str, Any]: ...


# Two names of one parameter, wherever one of them is a parameter.
SAME = {
    "bbox": "in_bbox",
    "in_bbox": "bbox",
    "limit": "page_size",
    "page_size": "limit",
}


class CompiledFilterSet(django_filters.FilterSet):
    # Parameters that choose a page or an order, and not rows.
    paging: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def names(cls) -> dict[str, str]:
        """The names of parameters that are read, and of which filter each one is."""
        return _names(cls)  # type: ignore[arg-type] # hashable: python/mypy#11470

    @classmethod
    def read(
        cls, params: QueryDict, unmet: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The given parameters, cleaned. Raises ValidationError with all that is wrong.

        Empty ones count as not given, as in a form. `unmet`: messages by parameter of
        what the list wants beside them, told together with the others.
        """
        known = cls.names()
        names = tuple(sorted(known.keys() & params.keys()))
        form = _form_class(cls, names)(params)  # type: ignore[arg-type]
        errors = {
            **(unmet or {}),
            **parameter_errors(params, known),
            **_doubled([name for name in names if params[name]]),
            **form.errors,
        }
        if errors:
            raise ValidationError(errors)
        return {
            known[name]: value
            for name, value in form.cleaned_data.items()
            if value is not None and value != ""
        }

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow an ordinary list (`objects`) by what was given."""
        for name, value in self.read(self.data).items():
            if name not in self.paging:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    @classmethod
    def choose(cls, given: Mapping[str, Any]) -> tuple[Choice, dict[str, Any]]:
        """Split what was read into what shapes the SQL and the values of its Params."""
        filters: list[tuple[str, Any]] = []
        values: dict[str, Any] = {}
        for name in sorted(given.keys() - set(cls.paging)):
            value = given[name]
            if isinstance(value, bool):
                filters.append((name, value))
            elif isinstance(value, Compound):
                filters.append((name, value.variant))
                values |= {f"{name}.{k}": v for k, v in value.parts().items()}
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
    if hasattr(chosen, "placeholder"):
        return chosen.placeholder(name, variant)
    return Param(name) if variant is None else variant


def _doubled(given: list[str]) -> dict[str, list[str]]:
    """An error for each parameter that is given under both its names."""
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
    return {**others, **{name: name for name in filters}}


@lru_cache(maxsize=1024)
def _form_class(
    filterset: type[CompiledFilterSet], names: tuple[str, ...]
) -> type[forms.Form]:
    """A form of the given parameters only: fewer fields are faster to clean."""
    known, filters = _names(filterset), filterset.base_filters  # type: ignore[arg-type]
    fields = {name: filters[known[name]].field for name in names}
    return type("Parameters", (forms.Form,), fields)
