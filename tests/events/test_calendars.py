"""The calendar of one event."""

import re
from datetime import UTC, date, datetime, timedelta

import icalendar
import ics
import pytest
import vobject
from django.utils import timezone

from events import constants, services
from events.models import Attendance, Event
from tests.events.calendars import EVENING, FEED, LIST, entries, one, text
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    host,
)
from tests.factories import MemberFactory


def test_event_is_read_back_by_two_other_libraries(as_ann, fest):
    response = as_ann.get(one(fest))

    (entry,) = entries(response)
    assert {name: lines[0].value for name, lines in entry.contents.items()} == {
        "uid": str(fest.uid),
        "sequence": "0",
        "dtstamp": fest.changed_at.replace(microsecond=0),
        "created": fest.created_at.replace(microsecond=0),
        "last-modified": fest.changed_at.replace(microsecond=0),
        "summary": "Fest",
        "description": "Music",
        "dtstart": EVENING,
        "dtend": EVENING + timedelta(hours=2),
        "geo": "59.940000;30.310000",
        "location": "Club, 190000, Nevsky 1",
        "status": "CONFIRMED",
    }
    (read,) = ics.Calendar(text(response)).events
    assert (read.name, read.uid, read.all_day) == ("Fest", str(fest.uid), False)
    assert (read.geo.latitude, read.geo.longitude) == (59.94, 30.31)
    assert read.begin.datetime == EVENING
    assert read.location == "Club, 190000, Nevsky 1"


def test_calendar_says_what_it_is(as_ann, fest):
    calendar = vobject.readOne(text(as_ann.get(one(fest))))

    del calendar.contents["vevent"]
    said = {name: lines[0].value for name, lines in calendar.contents.items()}
    assert said == {
        "version": "2.0",
        "prodid": "-//Matchmaker//Events//EN",
        "name": "Events",
        "x-wr-calname": "Events",
        "refresh-interval": "PT1H",
        "x-published-ttl": "PT1H",
    }


def test_event_of_a_day_has_dates_without_times(as_ann):
    day = datetime(2026, 12, 23, tzinfo=UTC)
    event = EventFactory(date=day, is_all_day=True)

    response = as_ann.get(one(event))

    (entry,) = entries(response)
    assert (entry.dtstart.value, entry.dtend.value) == (
        date(2026, 12, 23),
        date(2026, 12, 24),
    )
    assert "DTSTART;VALUE=DATE:20261223\r\n" in text(response)
    (read,) = ics.Calendar(text(response)).events
    assert read.all_day


def test_uid_stays_and_sequence_grows_with_each_change(as_ann, fest):
    def seen() -> tuple[str, str, str]:
        (entry,) = entries(as_ann.get(one(fest)))
        return entry.uid.value, entry.sequence.value, entry.summary.value

    path = f"/api/events/{fest.pk}"
    assert seen() == (str(fest.uid), "0", "Fest")
    as_ann.patch(path, {"title": "Bigger"})
    assert seen() == (str(fest.uid), "1", "Bigger")
    as_ann.patch(path, {"date": "2027-01-01"})
    assert seen() == (str(fest.uid), "2", "Bigger")
    as_ann.post(f"{path}/attend/")
    assert seen() == (str(fest.uid), "2", "Bigger")
    as_ann.delete(path)
    assert seen() == (str(fest.uid), "3", "Bigger")


def test_time_of_day_given_and_taken_away(as_ann, fest):
    path = f"/api/events/{fest.pk}"

    as_ann.patch(path, {"date": "2026-12-23"})
    (entry,) = entries(as_ann.get(one(fest)))
    assert entry.dtstart.value == date(2026, 12, 23)

    as_ann.patch(path, {"date": "2026-12-23T21:45:00+03:00"})
    (entry,) = entries(as_ann.get(one(fest)))
    assert entry.dtstart.value == EVENING

    as_ann.patch(path, {"date": None})
    assert entries(as_ann.get(one(fest))) == []


@pytest.mark.parametrize(
    ("date", "is_all_day", "starts"),
    [
        (datetime(1, 1, 1, tzinfo=UTC), False, "DTSTART:00010101T000000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), True, "DTSTART;VALUE=DATE:00010101"),
        (datetime(9999, 12, 31, tzinfo=UTC), True, "DTSTART;VALUE=DATE:99991231"),
        (
            datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
            False,
            "DTSTART:99991231T235959Z",
        ),
    ],
)
def test_ends_of_the_calendar_are_no_error(as_ann, date, is_all_day, starts):
    event = EventFactory(date=date, is_all_day=is_all_day)

    assert f"\r\n{starts}\r\n" in text(as_ann.get(one(event)))


@pytest.mark.parametrize(
    "value",
    [
        "Большой праздник, и ещё один; " * 6 + "конец",
        "🎉" * 150,
        "commas, semicolons; back\\slashes: colons \"quotes\" 'and' more",
        "BEGIN:VEVENT",
        "x" * 200,
    ],
)
def test_texts_come_back_as_they_were(as_ann, value):
    event = EventFactory(title=value, description=f"{value}\n\n{value}", date=EVENING)

    response = as_ann.get(one(event))

    (entry,) = entries(response)
    assert entry.summary.value == value
    assert entry.description.value == f"{value}\n\n{value}"
    (read,) = ics.Calendar(text(response)).events
    assert read.name == value
    assert read.description == f"{value}\n\n{value}"


@pytest.mark.parametrize(
    ("title", "written"),
    [
        (r"Files are in \\FS1\News and C:\Notes",
         r"Files are in \\\\FS1\\News and C:\\Notes"),
        (r"\N \n \, \; \\", r"\\N \\n \\\, \\\; \\\\"),
        ("One\x85two\u2028three\u2029four", "One two three four"),
        ("One\u202etwo\u200e", "Onetwo\u200e"),
    ],
)  # fmt: skip
def test_texts_are_escaped_as_the_standard_says(as_ann, title, written):
    event = EventFactory(title=title, description=title, date=EVENING)
    club = OrganizationFactory(title=title, address=title)
    host(event, club)

    response = as_ann.get(one(event))

    lines = re.sub(r"\r\n ", "", text(response)).split("\r\n")
    assert f"SUMMARY:{written}" in lines
    has_lines = "\x85" in title
    described = written.replace(" ", r"\n") if has_lines else written
    assert f"DESCRIPTION:{described}" in lines
    address = written.replace(" ", r"\, ") if has_lines else written
    assert f"LOCATION:{written}\\, {address}" in lines
    # `ics` reads \\n as a line break, whatever stands before it.
    plain = re.sub("[\x85\u2028\u2029]", " ", title).replace("\u202e", "")
    (entry,) = vobject.readOne(text(response)).contents["vevent"]
    assert entry.summary.value == plain
    (read,) = icalendar.Calendar.from_ical(text(response)).walk("VEVENT")
    assert str(read["summary"]) == plain
    assert len(ics.Calendar(text(response)).events) == 1


@pytest.mark.parametrize(
    ("postcode", "address", "line"),
    [
        ("190000", "Nevsky 1\nFloor 2\nRoom 3", "190000, Nevsky 1, Floor 2, Room 3"),
        ("", "Nevsky 1,\n\n  Floor 2 ,\nRoom 3", "Nevsky 1, Floor 2, Room 3"),
        ("1", "Nevsky 1\r\nFloor 2\u2028Room\x853", "1, Nevsky 1, Floor 2, Room, 3"),
        ("", "", ""),
        ("190000", "", "190000"),
        ("", "Nevsky 1, 2", "Nevsky 1, 2"),
    ],
)  # fmt: skip
def test_address_is_one_line_everywhere(as_ann, postcode, address, line):
    club = OrganizationFactory(title="Club", postcode=postcode, address=address)
    event = EventFactory(date=EVENING)
    host(event, club)

    for path, find in (
        (f"/api/organizations/{club.pk}", lambda it: it),
        (f"/api/events/{event.pk}", lambda it: it["organizations"][0]),
    ):
        shown = as_ann.get(path).json()
        feature = as_ann.get(path, {"format": "geojson"}).json()["properties"]
        assert find(shown)["full_address"] == find(feature)["full_address"] == line
    (entry,) = entries(as_ann.get(one(event)))
    location = entry.contents.get("location")
    assert (location[0].value if location else None) == (
        f"Club, {line}" if address else None
    )


@pytest.mark.parametrize("break_", ["\r\n", "\r", "\n", "\x0b", "\x1c", "\x07", "\x7f"])
def test_no_text_can_add_lines_or_break_the_calendar(as_ann, break_):
    title = f"Fest{break_}ATTENDEE:mailto:eve@example.com"
    EventFactory(title=title, description=title, date=EVENING)
    EventFactory(title="Other", date=EVENING)

    response = as_ann.get(LIST)

    assert len(entries(response)) == 2
    assert "\nATTENDEE" not in text(response)
    assert "attendee" not in entries(response)[0].contents


@pytest.mark.parametrize(
    ("lon", "lat", "geo"),
    [
        (30.3158123456, 59.9391, "59.939100;30.315812"),
        (1e-7, -1e-9, "-0.000000;0.000000"),
        (-180, -90, "-90.000000;-180.000000"),
    ],
)
def test_geo_is_latitude_then_longitude_in_plain_digits(as_ann, lon, lat, geo):
    event = EventFactory(date=EVENING, lon=lon, lat=lat)

    assert f"\r\nGEO:{geo}\r\n" in text(as_ann.get(one(event)))


def test_cancelled_event_is_there_as_such(as_ann, fest):
    as_ann.delete(f"/api/events/{fest.pk}")

    for path in (one(fest), LIST):
        (entry,) = entries(as_ann.get(path))
        assert (entry.uid.value, entry.status.value) == (str(fest.uid), "CANCELLED")
    assert as_ann.get("/api/events/").json()["count"] == 0


def test_list_forgets_what_was_cancelled_long_ago(as_ann, fest):
    long_ago = timezone.now() - timedelta(days=constants.CANCELLED_SHOWN_DAYS, hours=1)
    Event.objects.filter(pk=fest.pk).update(cancelled_at=long_ago)

    assert entries(as_ann.get(LIST)) == []


def test_scheduled_event_is_in_no_calendar_of_others(ann, as_ann, signed_in):
    event = EventFactory(scheduled=True, date=EVENING, creator=ann)
    eve = MemberFactory()
    as_eve = signed_in(eve)

    assert len(entries(as_ann.get(one(event)))) == 1
    assert as_eve.get(one(event)).status_code == 404
    assert entries(as_eve.get(LIST)) == []
    assert entries(as_ann.get(LIST)) == []
    feed = services.new_feed(eve, {"search": "Event"})
    assert entries(as_eve.get(f"{FEED}{feed.secret}.ics")) == []

    as_ann.delete(f"/api/events/{event.pk}")
    assert as_ann.get(one(event)).status_code == 404


def test_event_without_a_date_makes_an_empty_calendar(as_ann):
    assert entries(as_ann.get(one(EventFactory()))) == []


def test_no_calendar_tells_of_people(ann, as_ann, fest):
    # As a member of that organization ann reads the contacts elsewhere.
    MembershipFactory(organization=fest.organizations.get(), member=ann)
    Attendance.objects.create(event=fest, member=ann)
    assert b"hidden@example.com" in as_ann.get(f"/api/events/{fest.pk}").content
    feed = services.new_feed(ann)

    for path in (one(fest), LIST, f"{FEED}{feed.secret}.ics"):
        written = re.sub(r"\r\n ", "", text(as_ann.get(path)))
        assert "Fest" in written
        for personal in (
            "hidden", "Hiddenname", "+7999", ann.email, ann.last_name, "ATTENDEE",
            "ORGANIZER", "mailto",
        ):  # fmt: skip
            assert not personal or personal not in written


@pytest.mark.parametrize("path", [LIST, "/api/events/1/calendar.ics", FEED])
def test_anonymous_is_401(api, db, path):
    response = api.get(path)

    assert response.status_code == 401
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 18])
def test_unknown_event_is_404_in_json(as_ann, pk):
    response = as_ann.get(f"/api/events/{pk}/calendar.ics")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
