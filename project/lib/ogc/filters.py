"""Query parameters that OGC API - Features names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models.expressions import Expression
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from project.lib.api.dates import DAY, Span, parse_moment
from project.lib.api.parsers import read_json
from project.lib.ogc.cql2.conditions import condition_of
from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.ogc.cql2.operands import Queryable
from project.lib.ogc.cql2.text import read_text
from project.lib.reads.filters import PlainNumber
from project.lib.reads.parameters import KeysetFilterSet
from project.lib.reads.statements import FilterParam

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

ITEMS = 10
ITEMS_MAX = 10_000

FILTER_MAX_LENGTH = 8_000
TEXT_LANGUAGE, JSON_LANGUAGE = LANGUAGES = ("cql2-text", "cql2-json")

ALWAYS = Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
OPEN_ENDS = ("", "..")


class LimitField(PlainNumber, forms.IntegerField):
    """How many items; a greater number than ITEMS_MAX is taken for it (Part 1)."""

    def clean(self, value: Any) -> int | None:
        limit = super().clean(value)
        return None if limit is None else min(limit, ITEMS_MAX)


class LimitFilter(django_filters.Filter):
    field_class = LimitField


class IntervalField(forms.CharField):
    """An instant or a date, or an interval of them, `start/end`; `..` is an open end.

    A date is the whole day in UTC.
    """

    default_error_messages = {
        "interval": _(
            "Specify a date, a date and time, or an interval of them: "
            "2026-12-23T18:45:00Z/2027-01-01, ../2027-01-01, 2026-12-23/.."
        )
    }

    def clean(self, value: Any) -> Span | None:
        text = super().clean(value)
        if not text:
            return None
        parts = text.split("/")
        try:
            if len(parts) > 2 or all(part in OPEN_ENDS for part in parts):
                raise ValueError(text)
            first, last = _span(parts[0]), _span(parts[-1])
            if first.start > last.end:
                raise ValueError(text)
        except ValueError as error:
            message = self.error_messages["interval"]
            raise forms.ValidationError(message, "interval") from error
        start = ALWAYS.start if parts[0] in OPEN_ENDS else first.start
        end = ALWAYS.end if parts[-1] in OPEN_ENDS else last.end
        return Span(start, end)


def _span(text: str) -> Span:
    if text.strip() in OPEN_ENDS:
        return ALWAYS
    start, is_day = parse_moment(text)
    return Span(start, start + DAY if is_day else start)


class IntervalFilter(django_filters.Filter):
    field_class = IntervalField

    @staticmethod
    def placeholder(span_of: Callable[[Any], Span], _variant: None) -> Span:
        """Return a span whose ends are bound when the statement runs."""
        return Span(
            FilterParam(lambda values: span_of(values).start),
            FilterParam(lambda values: span_of(values).end),
        )


class ConditionFilter(django_filters.CharFilter):
    """A CQL2 filter: text in the request, a condition when the list is narrowed.

    Its SQL is of any shape, so it is neither kept nor prepared.
    """

    is_usual = False

    @staticmethod
    def variant(condition: Any) -> Any:
        return condition

    @staticmethod
    def placeholder(_condition_of: Callable[[Any], Any], condition: Any) -> Any:
        return condition


class NamedChoiceFilter(django_filters.ChoiceFilter):
    """A choice whose parameter has a name that no attribute can have."""

    def __init__(self, parameter: str, values: Sequence[str], **kwargs: Any) -> None:
        super().__init__(choices=[(value, value) for value in values], **kwargs)
        self.parameter = parameter


class ItemFilterSet(KeysetFilterSet):
    """Parameters that all collections have; `page_size` is also called `limit`.

    Collections whose features have no time ignore `datetime`, as Part 1 has it.
    """

    filter = ConditionFilter(
        method="filter_condition",
        max_length=FILTER_MAX_LENGTH,
        help_text=_("A condition in CQL2; queryables tells what it may ask about"),
    )
    filter_lang = NamedChoiceFilter(
        "filter-lang", LANGUAGES, help_text=_("How filter is written")
    )
    filter_crs = NamedChoiceFilter(
        "filter-crs", [CRS84], help_text=_("The coordinates of geometries in filter")
    )

    page_size = LimitFilter(
        min_value=1, help_text=_("Items per page; 10,000 at most, 10 by default")
    )
    datetime = IntervalFilter(
        method="filter_datetime",
        help_text=_("A date, a date and time, or an interval: start/end, ../end"),
    )

    unnarrowing: ClassVar[tuple[str, ...]] = (
        *KeysetFilterSet.paging,
        "filter_lang",
        "filter_crs",
    )
    paging: ClassVar[tuple[str, ...]] = (*unnarrowing, "datetime")

    def filter_condition(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.filter(value)

    def filter_datetime(self, queryset: Any, name: str, value: Span) -> Any:
        return queryset


def read_condition(
    params: QueryDict, queryables: Callable[[], Mapping[str, Queryable]]
) -> tuple[Expression | None, dict[str, list[str]]]:
    """Return the condition of `filter`, None without one, and errors by parameter."""
    text = params.get("filter", "").strip()
    if not text or len(text) > FILTER_MAX_LENGTH:  # the filterset tells of the length
        return None, {}
    try:
        if params.get("filter-lang") == JSON_LANGUAGE:
            written = _read_json(text)
        else:
            written = read_text(text)
        return condition_of(written, queryables()), {}
    except FilterInvalid as error:
        return None, {"filter": [error.message]}


def _read_json(text: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError) as error:
        raise FilterInvalid(gettext("This is not JSON.")) from error
