"""Dates and date-times that clients send: a UTC date, or a date and time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Any, NamedTuple

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from project.lib.reads.statements import FilterParam

# From a day's first instant to its last, in microseconds as PostgreSQL stores them.
DAY = timedelta(days=1, microseconds=-1)

INVALID = _(
    "Specify a date (2026-12-23) or a date and time (2026-12-23T18:45:00+03:00)."
)

# A + that was not escaped in a query string arrives as a space.
_SPACE_FOR_PLUS = re.compile(r"(T[\d:.]+) (\d\d(:?\d\d)?)$")


# Only these forms are accepted; Python's parser takes far more of ISO 8601.
_WRITTEN = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?)?",
    re.ASCII,
)


DATE_LENGTH = len("2026-12-23")
# The time part of a day's first instant, whatever the offset.
_MIDNIGHT = re.compile(r"(00:00(:00([.,]0+)?)?(?![\d:.,]).*)?$", re.ASCII)


class TooLate(ValueError):
    """The instant is after the calendar's last day in UTC."""


def parse_moment(text: str) -> tuple[datetime, bool]:
    """Return an aware datetime in UTC, and whether only a date was given.

    Text without an offset is UTC. Raises ValueError for dates that do not exist, and
    for any form but RFC 3339's dates and date-times (where the offset may be missing).
    """
    text = _SPACE_FOR_PLUS.sub(r"\1+\2", text.strip().upper())
    if not _WRITTEN.fullmatch(text):
        raise ValueError(text)
    if day := parse_date(text):
        return datetime(day.year, day.month, day.day, tzinfo=UTC), True
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC), False
    except OverflowError as error:  # the first and the last day of the calendar
        raise (TooLate if moment.year == MAXYEAR else ValueError)(text) from error


@dataclass(frozen=True)
class Span:
    """A time span, both ends included: aware datetimes, or expressions of them.

    Inclusive ends allow the calendar's last day, which has no next day.
    """

    start: Any
    end: Any


class SpanField(forms.CharField):
    """A field that reads a date as its whole day in UTC, a date-time as an instant."""

    def clean(self, value: Any) -> Span | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            start, is_day = parse_moment(text)
            return Span(start, start + DAY if is_day else start)
        except ValueError as error:
            raise forms.ValidationError(INVALID, "moment") from error


class SpanFilter(django_filters.Filter):
    """A filter by date; `lookup_expr`: `exact` (within the span), `gte` or `lte`."""

    field_class = SpanField

    @staticmethod
    def placeholder(span_of: Callable[[Any], Span], _variant: None) -> Span:
        """Return a span whose ends are bound when the statement runs."""
        return Span(
            FilterParam(lambda values: span_of(values).start),
            FilterParam(lambda values: span_of(values).end),
        )

    def filter(self, qs: QuerySet[Any], value: Span) -> QuerySet[Any]:
        lookups = {f"{self.field_name}__gte": value.start}
        if self.lookup_expr == "lte":
            lookups = {}
        if self.lookup_expr != "gte":
            lookups[f"{self.field_name}__lte"] = value.end
        return qs.filter(**lookups)


class Moment(NamedTuple):
    """A moment that a client sent. `instant`: aware, in UTC. `is_day`: a date only.

    `is_midnight`: as written, it is the first instant of the day `day`.
    """

    instant: datetime
    is_day: bool
    is_midnight: bool
    day: datetime


class MomentField(serializers.Field):
    """A field that takes a date or a date-time and validates it to a Moment.

    Fractions of seconds are dropped.
    """

    default_error_messages = {"invalid": INVALID, "too_late": INVALID}

    def to_internal_value(self, data: Any) -> Moment:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            moment, is_day = parse_moment(data)
        except TooLate:
            self.fail("too_late")
        except ValueError:
            self.fail("invalid")
        if moment.year == MAXYEAR:  # calculations with the following year would fail
            self.fail("too_late")
        moment = moment.replace(microsecond=0)
        day, _is_day = parse_moment(data.strip()[:DATE_LENGTH])
        time = data.strip()[DATE_LENGTH + 1 :]
        return Moment(moment, is_day, bool(_MIDNIGHT.match(time)), day)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()
