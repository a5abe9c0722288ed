"""Dates, timestamps and intervals of filters, as spans of time in UTC."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Func, Value
from django.utils.translation import gettext as _

from project.lib.api.dates import DAY, parse_moment
from project.lib.ogc.cql2.errors import FilterInvalid

OPEN = ".."
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Span:
    """A span of time, ends included, as expressions; an instant has equal ends.

    A date is an instant of a day's length.
    """

    start: Any
    end: Any
    is_interval: bool = False


def read_instant(text: Any, *, is_date: bool | None = None) -> Span:
    """Return the span of a date or a timestamp; `is_date`: which one it has to be."""
    start, end = _ends(text, is_date)
    return Span(_value(start), _value(end))


def read_interval(first: Any, last: Any) -> Span:
    """Return the span of an interval's ends, which are text or the ends of Spans."""
    start, end = (
        each if isinstance(each, Span) or each == OPEN else _ends(each)
        for each in (first, last)
    )
    if isinstance(start, tuple) and isinstance(end, tuple) and start[0] > end[1]:
        raise FilterInvalid(_("An interval starts before it ends."))
    return Span(_end(start, 0, "-infinity"), _end(end, 1, "infinity"), is_interval=True)


def _end(written: Any, place: int, unbounded: str) -> Any:
    if isinstance(written, Span):
        return (written.start, written.end)[place]
    if written == OPEN:
        return Func(
            template=f"'{unbounded}'::timestamptz", output_field=DateTimeField()
        )
    return _value(written[place])


def _ends(text: Any, is_date: bool | None = None) -> tuple[datetime, datetime]:
    message = _("Dates are like 2026-12-23, and timestamps like 2026-12-23T18:45:00Z.")
    if not isinstance(text, str):
        raise FilterInvalid(message)
    if is_date is not None and is_date is not bool(_DATE.fullmatch(text)):
        raise FilterInvalid(message)
    try:
        start, is_day = parse_moment(text)
    except ValueError as error:
        raise FilterInvalid(message) from error
    return start, start + DAY if is_day else start


def _value(moment: datetime) -> Value:
    return Value(moment, DateTimeField())
