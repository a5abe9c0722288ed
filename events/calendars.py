"""Write events as iCalendar (RFC 5545), which calendar programs read.

The icalendar library needs 1.5 ms for an event, most of it for folding lines one
character at a time; a feed of a thousand events took over a second of a web thread.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import md5
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.models import Event
from project.lib.text import readable_text

# How long an event lasts is unknown, so this is assumed.
DURATION = timedelta(hours=2)
DAY = timedelta(days=1)
# How often subscribers are asked to fetch the calendar again.
REFRESH = "PT1H"

# A longer line is continued on the next one, after a blank that counts (3.1).
LINE_MAX_BYTES = 75
LINE_END = b"\r\n"


def calendar_text(events: Iterable[Event]) -> bytes:
    """Return a calendar of events that have a date, read `with_organizations`.

    An event's UID never changes, its SEQUENCE grows with each change, and a cancelled
    event stays as cancelled, so that subscribers remove it. There is no METHOD, because
    with one each event would need an ORGANIZER with an address (RFC 5546, 3.2.1).
    """
    name = _written(_("Events"))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Matchmaker//Events//EN",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",  # Outlook reads this one
    ]
    for event in events:
        if event.date is not None:
            lines += _entry(event, event.date)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def calendar_tag(version: str) -> str:
    """Return the ETag of a calendar for this version and the reader's language."""
    text = f"{version} {get_language()} {_writer()}"
    return f'"{md5(text.encode(), usedforsecurity=False).hexdigest()}"'


@cache
def _writer() -> str:
    """Return a digest of this module: a change of the format changes the tag."""
    return md5(Path(__file__).read_bytes(), usedforsecurity=False).hexdigest()


def _entry(event: Event, date: datetime) -> Iterator[str]:
    changed_at = _instant(event.changed_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTAMP:{changed_at}"
    yield f"CREATED:{_instant(event.created_at)}"
    yield f"LAST-MODIFIED:{changed_at}"
    yield f"SUMMARY:{_written(event.title)}"
    if description := _written(event.description, has_lines=True):
        yield f"DESCRIPTION:{description}"
    yield from _times(date, event.is_all_day)
    if event.location is not None:
        lon, lat = event.location.coords
        yield f"GEO:{lat:.6f};{lon:.6f}"
    if address := _address(event):
        yield f"LOCATION:{_written(address)}"
    yield f"STATUS:{'CANCELLED' if event.cancelled_at else 'CONFIRMED'}"
    yield "END:VEVENT"


def _times(date: datetime, is_all_day: bool) -> Iterator[str]:
    """Yield when the event is. Without an end, a date is one whole day (3.6.1)."""
    with suppress(OverflowError):  # the last day has no next one
        if is_all_day:
            yield f"DTSTART;VALUE=DATE:{_day(date)}"
            yield f"DTEND;VALUE=DATE:{_day(date + DAY)}"
        else:
            yield f"DTSTART:{_instant(date)}"
            yield f"DTEND:{_instant(date + DURATION)}"


def _day(instant: datetime) -> str:
    return _instant(instant)[:8]


def _instant(instant: datetime) -> str:
    text = instant.astimezone(UTC).isoformat(timespec="seconds")  # the year in 4 digits
    return f"{text[:19].replace('-', '').replace(':', '')}Z"


def _written(text: str, *, has_lines: bool = False) -> str:
    """Return the text as a value (3.3.11), without controls.

    Those would make a calendar unreadable.
    """
    readable = readable_text(text, has_lines=has_lines).replace("\\", "\\\\")
    for character in ";,":
        readable = readable.replace(character, f"\\{character}")
    return readable.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Return the line with its end, in parts that are short enough (3.1)."""
    rest, parts = line.encode(), []
    room = LINE_MAX_BYTES
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:  # in the middle of a character in UTF-8
            end -= 1
        parts.append(rest[:end])
        rest = rest[end:]
        room = LINE_MAX_BYTES - 1
    return (LINE_END + b" ").join([*parts, rest]) + LINE_END


def _address(event: Event) -> str:
    """Return the address of the first organization that has one."""
    for row in event.event_organizations.all():
        if row.organization.address:
            # `with_organizations` annotates it.
            return f"{row.organization.title}, {row.full_address}"  # type: ignore[attr-defined]
    return ""
