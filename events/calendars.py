"""Write events as iCalendar (RFC 5545), which calendar programs read.

The icalendar library needs 1.5 ms for an event, most of it for folding lines one
character at a time; a feed of a thousand events took over a second of a web thread.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import md5
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events.reads import calendars as reads
from events.reads.calendars import Entry
from project.lib.text import readable_text

# How often subscribers are asked to fetch the calendar again.
REFRESH = "PT1H"

# A longer line is continued on the next one, after a blank that counts (3.1).
LINE_MAX_BYTES = 75
LINE_END = "\r\n"


def calendar_text(entries: Iterable[Entry]) -> bytes:
    """Return a calendar of these events.

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
    for entry in entries:
        lines += _event(entry)
    lines += ["END:VCALENDAR", ""]
    return LINE_END.join(map(_folded, lines)).encode()


def calendar_tag(version: str) -> str:
    """Return the ETag of a calendar for this version and the reader's language."""
    text = f"{version} {get_language()} {_writer()}"
    return f'"{md5(text.encode(), usedforsecurity=False).hexdigest()}"'


@cache
def _writer() -> str:
    """Return a digest of the code: a change of the format changes the tag."""
    code = b"".join(Path(file).read_bytes() for file in (__file__, reads.__file__))
    return md5(code, usedforsecurity=False).hexdigest()


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{entry.changed}"
    yield f"CREATED:{entry.created}"
    yield f"LAST-MODIFIED:{entry.changed}"
    yield f"SUMMARY:{_written(entry.title)}"
    if description := _written(entry.description, has_lines=True):
        yield f"DESCRIPTION:{description}"
    # Without an end, a date is one whole day (3.6.1).
    kind, length = (";VALUE=DATE", 8) if entry.is_all_day else ("", None)
    yield f"DTSTART{kind}:{entry.starts[:length]}"
    if entry.ends is not None:
        yield f"DTEND{kind}:{entry.ends[:length]}"
    if entry.lat is not None:
        yield f"GEO:{entry.lat:.6f};{entry.lon:.6f}"
    if entry.address:
        yield f"LOCATION:{_written(entry.address)}"
    yield f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def _written(text: str, *, has_lines: bool = False) -> str:
    """Return the text as a value (3.3.11), without controls.

    Those would make a calendar unreadable.
    """
    is_plain = text.isascii() and text.isprintable()  # what needs no cleaning
    readable = text.strip() if is_plain else readable_text(text, has_lines=has_lines)
    readable = readable.replace("\\", "\\\\")
    for character in ";,":
        readable = readable.replace(character, f"\\{character}")
    return readable.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return the line in parts that are short enough (3.1)."""
    if len(line) <= LINE_MAX_BYTES and line.isascii():
        return line
    rest, parts = line.encode(), []
    room = LINE_MAX_BYTES
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:  # in the middle of a character in UTF-8
            end -= 1
        parts.append(rest[:end].decode())
        rest = rest[end:]
        room = LINE_MAX_BYTES - 1
    return f"{LINE_END} ".join([*parts, rest.decode()])
