"""Query parameters that OGC API - Features names."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from project.lib.api.dates import DAY, Span, parse_moment
from project.lib.reads.parameters import KeysetFilterSet
from project.lib.reads.statements import FilterParam

ITEMS = 10
ITEMS_MAX = 10_000

ALWAYS = Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
OPEN_ENDS = ("", "..")


class LimitField(forms.IntegerField):
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


class ItemFilterSet(KeysetFilterSet):
    """Parameters that all collections have; `page_size` is also called `limit`.

    Collections whose features have no time ignore `datetime`, as Part 1 has it.
    """

    page_size = LimitFilter(
        min_value=1, help_text=_("Items per page; 10,000 at most, 10 by default")
    )
    datetime = IntervalFilter(
        method="filter_datetime",
        help_text=_("A date, a date and time, or an interval: start/end, ../end"),
    )

    paging: ClassVar[tuple[str, ...]] = (*KeysetFilterSet.paging, "datetime")

    def filter_datetime(self, queryset: Any, name: str, value: Span) -> Any:
        return queryset
