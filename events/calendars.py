"""Write events as iCalendar (RFC 5545), which calendar programs read."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from hashlib import md5
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as Entry
from icalendar.prop import vDuration, vInline, vText

from events.models import Event
from project.lib.text import readable_text

# How long an event lasts is unknown, so this is assumed.
DURATION = timedelta(hours=2)
DAY = timedelta(days=1)
# How often subscribers are asked to fetch the calendar again.
REFRESH = timedelta(hours=1)


class Text(vText):
    """A text written as RFC 5545 (3.3.11) asks.

    The library takes a backslash before an N for a line break.
    """

    def to_ical(self) -> bytes:
        text = str(self).replace("\\", "\\\\")
        for character in ";,":
            text = text.replace(character, f"\\{character}")
        return text.replace("\n", "\\n").encode()


def calendar_text(events: Iterable[Event]) -> bytes:
    """Return a calendar of events that have a date, read `with_organizations`.

    An event's UID never changes, its SEQUENCE grows with each change, and a cancelled
    event stays as cancelled, so that subscribers remove it. There is no METHOD, because
    with one each event would need an ORGANIZER with an address (RFC 5546, 3.2.1).
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Matchmaker//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("name", _("Events"))
    calendar.add("x-wr-calname", _("Events"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))  # Outlook reads this one
    for event in events:
        if event.date is not None:
            calendar.add_component(_entry(event))
    return calendar.to_ical()


def calendar_tag(version: str) -> str:
    """Return the ETag of a calendar for this version and the reader's language."""
    text = f"{version} {get_language()} {_writer()}"
    return f'"{md5(text.encode(), usedforsecurity=False).hexdigest()}"'


@cache
def _writer() -> str:
    """Return a digest of this module: a change of the format changes the tag."""
    return md5(Path(__file__).read_bytes(), usedforsecurity=False).hexdigest()


def _entry(event: Event) -> Entry:
    entry = Entry()
    entry.add("uid", str(event.uid))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.changed_at)
    entry.add("created", event.created_at)
    entry.add("last-modified", event.changed_at)
    entry.add("summary", _text(event.title))
    if event.description:
        entry.add("description", _text(event.description, has_lines=True))
    assert event.date is not None  # the caller has checked  # noqa: S101
    _add_times(entry, event.date, event.is_all_day)
    if event.location is not None:
        lon, lat = event.location.coords
        entry.add("geo", vInline(f"{lat:.6f};{lon:.6f}"))  # never 1e-07
    if address := _address(event):
        entry.add("location", _text(address))
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    return entry


def _add_times(entry: Entry, date: datetime, is_all_day: bool) -> None:
    """Write when the event is. Without an end, a date is one whole day (3.6.1)."""
    start, length = (date.date(), DAY) if is_all_day else (date, DURATION)
    entry.add("dtstart", start)
    with suppress(OverflowError):
        entry.add("dtend", start + length)


def _text(text: str, *, has_lines: bool = False) -> Text:
    """Return the text without controls, which would make a calendar unreadable."""
    return Text(readable_text(text, has_lines=has_lines))


def _address(event: Event) -> str:
    """Return the address of the first organization that has one."""
    for row in event.event_organizations.all():
        if row.organization.address:
            # `with_organizations` annotates it.
            return f"{row.organization.title}, {row.full_address}"  # type: ignore[attr-defined]
    return ""
