"""Dates and date-times that clients give: a day of UTC, or an instant."""

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

from project.lib.reads.statements import Param

# From the first to the last instant of a day, as exact as PostgreSQL stores them.
DAY = timedelta(days=1, microseconds=-1)

INVALID = _(
    "Specify a date (2026-12-23) or a date and time (2026-12-23T18:45:00+03:00)."
)

# A + that was not escaped in a query string arrives as a space.
_SPACE_FOR_PLUS = re.compile(r"(T[\d:.]+) (\d\d(:?\d\d)?)$")


# The only forms that are read, of all of ISO 8601 that Python would.
_WRITTEN = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?)?",
    re.ASCII,
)


DATE_LENGTH = len("2026-12-23")
# What is written after the date of a day's first instant, whatever the offset.
_MIDNIGHT = re.compile(r"(00:00(:00([.,]0+)?)?(?![\d:.,]).*)?$", re.ASCII)


class TooLate(ValueError):
    """After the last day of the calendar, as UTC has it."""


def parse_moment(text: str) -> tuple[datetime, bool]:
    """An aware datetime in UTC, and whether only its day was given.

    Without an offset it is UTC's. Raises ValueError for what does not exist, or is
    written in another way than RFC 3339's dates and date-times (the offset may lack).
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
    """From `start` to `end`, both included: aware datetimes, or expressions of them.

    So it can end with the last day of the calendar, which no other one follows.
    """

    start: Any
    end: Any


class SpanField(forms.CharField):
    """A date means its whole day in UTC, a date-time its instant."""

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
    """`lookup_expr`: `exact` (within the day or the instant), `gte` or `lte`."""

    field_class = SpanField

    @staticmethod
    def placeholder(span_of: Callable[[Any], Span], _variant: None) -> Span:
        """A span whose ends are known when the statement runs."""
        return Span(
            Param(lambda values: span_of(values).start),
            Param(lambda values: span_of(values).end),
        )

    def filter(self, qs: QuerySet[Any], value: Span) -> QuerySet[Any]:
        lookups = {f"{self.field_name}__gte": value.start}
        if self.lookup_expr == "lte":
            lookups = {}
        if self.lookup_expr != "gte":
            lookups[f"{self.field_name}__lte"] = value.end
        return qs.filter(**lookups)


class Moment(NamedTuple):
    """`instant`: aware, in UTC. `is_day`: only its day was given.

    `is_midnight`: it is the first instant of a day, `day`, as it was written.
    """

    instant: datetime
    is_day: bool
    is_midnight: bool
    day: datetime


class MomentField(serializers.Field):
    """A date or a date-time in, a Moment validated.

    Seconds are kept, their fractions not.
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
        if moment.year == MAXYEAR:  # what reckons with the year after it fails
            self.fail("too_late")
        moment = moment.replace(microsecond=0)
        day, _is_day = parse_moment(data.strip()[:DATE_LENGTH])
        time = data.strip()[DATE_LENGTH + 1 :]
        return Moment(moment, is_day, bool(_MIDNIGHT.match(time)), day)

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()
