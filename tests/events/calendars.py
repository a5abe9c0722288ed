"""Calendars as bytes: where they are, and what is in them."""

from datetime import UTC, datetime

import ics
import vobject

from events.models import Event

LIST = "/api/events/calendar.ics"
FEED = "/api/events/calendar/"
EVENING = datetime(2026, 12, 23, 18, 45, tzinfo=UTC)


def one(event: Event) -> str:
    return f"/api/events/{event.pk}/calendar.ics"


def text(response) -> str:
    """The calendar file, which every reader here takes for one."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    return response.content.decode()


def entries(response) -> list:
    """Its events as vobject reads them; `ics` has to find the same ones."""
    found = vobject.readOne(text(response)).contents.get("vevent", [])
    assert {e.uid for e in ics.Calendar(text(response)).events} == {
        e.uid.value for e in found
    }
    return found


def summaries(response) -> list[str]:
    return [entry.summary.value for entry in entries(response)]
