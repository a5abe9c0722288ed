"""Events as iCalendar (RFC 5545), which calendar programs import and subscribe to."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, vText
from icalendar import Event as Entry

from events.models import Event

# What nobody has said: how long an event is.
DURATION = timedelta(hours=2)
# How often a subscriber is asked to come again.
REFRESH = timedelta(hours=1)


def calendar_text(events: Iterable[Event]) -> bytes:
    """A calendar of the events that have a date.

    An event's UID stays for ever, its SEQUENCE grows with each change, and one that was
    cancelled is there as such, so that subscribers take it out.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Matchmaker//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
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
    entry.add("summary", event.title)
    if event.description:
        entry.add("description", event.description)
    assert event.date is not None  # noqa: S101 - the caller has looked
    if event.is_all_day:
        entry.add("dtstart", event.date.date())
        entry.add("dtend", event.date.date() + timedelta(days=1))
    else:
        entry.add("dtstart", event.date)
        entry.add("dtend", event.date + DURATION)
    if event.location is not None:
        entry.add("geo", (event.location.y, event.location.x))
    if address := _address(event):
        entry.add("location", vText(address))
    entry.add("status", "CANCELLED" if event.cancelled_at else "CONFIRMED")
    return entry


def _address(event: Event) -> str:
    """Of the first organization that has one."""
    for organization in event.organizations.all():
        parts = (organization.title, organization.postcode, organization.address)
        if organization.address:
            return ", ".join(filter(None, parts))
    return ""
