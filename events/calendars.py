"""Events as iCalendar (RFC 5545), which calendar programs import and subscribe to."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar
from icalendar import Event as Entry
from icalendar.prop import vInline

from events.models import Event

# What nobody has said: how long an event is.
DURATION = timedelta(hours=2)
DAY = timedelta(days=1)
# How often a subscriber is asked to come again.
REFRESH = timedelta(hours=1)

# What a text may not have in it (RFC 5545, 3.3.11): one such event would make the whole
# calendar unreadable.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def calendar_text(events: Iterable[Event]) -> bytes:
    """A calendar of the events that have a date, read `with_organizations`.

    An event's UID stays for ever, its SEQUENCE grows with each change, and one that was
    cancelled is there as such, so that subscribers take it out. No METHOD: with one
    each event would need an ORGANIZER with an address (RFC 5546, 3.2.1).
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Matchmaker//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("name", _("Events"))
    calendar.add("x-wr-calname", _("Events"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for event in events:
        if event.date is not None:
            calendar.add_component(_entry(event))
    return calendar.to_ical()


def _entry(event: Event) -> Entry:
    entry = Entry()
    entry.add("uid", str(event.uid))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", event.changed_at)
    entry.add("created", event.created_at)
    entry.add("last-modified", event.changed_at)
    entry.add("summary", _plain(event.title))
    if event.description:
        entry.add("description", _plain(event.description))
    assert event.date is not None  # noqa: S101 - the caller has looked
    _add_times(entry, event.date, event.is_all_day)
    if event.location is not None:
        lon, lat = event.location.coords
        entry.add("geo", vInline(f"{lat:.6f};{lon:.6f}"))  # never 1e-07
    if address := _address(event):
        entry.add("location", _plain(address))
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    return entry


def _add_times(entry: Entry, date: datetime, is_all_day: bool) -> None:
    """Without an end (there is none after the last day) a day is a day (3.6.1)."""
    start, length = (date.date(), DAY) if is_all_day else (date, DURATION)
    entry.add("dtstart", start)
    with suppress(OverflowError):
        entry.add("dtend", start + length)


def _plain(text: str) -> str:
    return _CONTROLS.sub("", text)


def _address(event: Event) -> str:
    """Of the first organization that has one."""
    for row in event.event_organizations.all():
        organization = row.organization
        parts = (organization.title, organization.postcode, organization.address)
        if organization.address:
            return ", ".join(filter(None, parts))
    return ""
