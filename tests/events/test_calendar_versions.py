"""Calendars that are asked for again: 304 as long as nothing in them has changed."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from django.contrib.gis.geos import Point
from django.db.models.functions import Now
from django.utils import timezone

from events import calendars, services
from events.constants import CALENDAR_KEPT_S
from events.models import Attendance, Event, EventOrganization
from tests.events.factories import EventFactory, OrganizationFactory, host, invite
from tests.factories import MemberFactory

LIST = "/api/events/calendar.ics"
EVENING = datetime(2026, 12, 23, 18, 45, tzinfo=UTC)


@pytest.fixture
def fest(ann) -> Event:
    event = EventFactory(title="Fest", date=EVENING, creator=ann)
    club = OrganizationFactory(title="Club", postcode="190000", address="Nevsky 1")
    host(event, club)
    Attendance.objects.create(event=event, member=ann)
    return event


@pytest.fixture
def doors(ann, as_ann, api, fest):
    """The paths of calendars, and who asks for each of them."""
    feed = services.new_feed(ann)
    return {
        LIST: as_ann,
        f"/api/events/{fest.pk}/calendar.ics": as_ann,
        f"/api/events/calendar/{feed.secret}.ics": api,
    }


def test_calendar_is_written_once_as_long_as_nothing_changes(
    doors, fest, monkeypatch, django_assert_max_num_queries
):
    tags = {path: who.get(path)["ETag"] for path, who in doors.items()}

    def written(events):
        raise AssertionError("The client has it already.")

    monkeypatch.setattr(calendars, "calendar_text", written)
    for path, who in doors.items():
        for method in (who.get, who.head):
            for known in (tags[path], f'"other", W/{tags[path]}', "*"):
                with django_assert_max_num_queries(2):  # who asks, and the version
                    answer = method(path, headers={"If-None-Match": known})
                assert (answer.status_code, answer.content) == (304, b"")
                assert answer["ETag"] == tags[path]
                assert answer["Cache-Control"] == "private, no-cache"
                assert "Accept-Language" in answer["Vary"]
        if path == f"/api/events/{fest.pk}/calendar.ics":
            continue  # one event is written for who does not have it
        again = who.get(path, headers={"If-None-Match": '"other"'})
        assert (again.status_code, again["ETag"]) == (200, tags[path])


def test_head_has_the_headers_of_get(doors):
    for path, who in doors.items():
        got, head = who.get(path), who.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("ETag", "Cache-Control", "Vary", "Content-Type"):
            assert head[name] == got[name], name
        signed_in = {"Authorization", "Cookie"} <= {*got["Vary"].split(", ")}
        assert signed_in == ("calendar/" not in path)


def change(**fields):
    return lambda event: Event.objects.filter(pk=event.pk).update(**fields)


def change_club(**fields):
    return lambda event: event.organizations.update(**fields)


CHANGES = {
    "title": change(title="Feast"),
    "description": change(description="Music"),
    "date": change(date=EVENING + timedelta(days=1)),
    "all day": change(date=datetime(2026, 12, 23, tzinfo=UTC), is_all_day=True),
    "place": change(location=Point(30.3, 59.9, srid=4326)),
    "sequence": change(sequence=7),
    "changed": change(changed_at=datetime(2030, 1, 1, tzinfo=UTC)),
    "cancelled": change(cancelled_at=Now()),
    "club's title": change_club(title="Society"),
    "club's postcode": change_club(postcode="190001"),
    "club's address": change_club(address="Nevsky 2"),
    "club without an address": change_club(address=""),
    "no club": lambda event: EventOrganization.objects.filter(event=event).delete(),
    "club only invited": lambda event: EventOrganization.objects.filter(
        event=event
    ).update(status="invited", answered_at=None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_written_in_it_changes_the_tag(doors, fest, name):
    before = {path: who.get(path) for path, who in doors.items()}

    CHANGES[name](fest)

    for path, who in doors.items():
        tag = before[path]["ETag"]
        after = who.get(path, headers={"If-None-Match": tag})
        assert after.status_code == 200
        assert after["ETag"] != tag
        assert after.content != before[path].content


def test_what_is_not_written_in_it_does_not(doors, fest):
    tags = {path: who.get(path)["ETag"] for path, who in doors.items()}

    change(capacity=50)(fest)
    Attendance.objects.create(event=fest, member=MemberFactory())
    invite(fest, OrganizationFactory(title="Other"))

    assert {path: who.get(path)["ETag"] for path, who in doors.items()} == tags


def test_who_comes_and_goes_changes_the_tag(ann, as_ann, doors, fest):
    listed, _one, feed = doors
    asked = {f"{listed}?attending=true": as_ann, feed: doors[feed]}
    for do in (
        lambda: Attendance.objects.filter(member=ann).delete(),
        lambda: Attendance.objects.create(event=fest, member=ann),
        lambda: change(published_at=None)(fest),
        lambda: change(
            published_at=Now(), cancelled_at=timezone.now() - timedelta(days=90)
        )(fest),
    ):
        before = {path: who.get(path) for path, who in asked.items()}
        do()
        for path, who in asked.items():
            after = who.get(path)
            same = after.content == before[path].content
            assert (after["ETag"] == before[path]["ETag"]) == same


def test_another_language_is_another_tag(doors):
    for path, who in doors.items():
        tags = {who.get(path, headers={"Accept-Language": language})["ETag"]
                for language in ("en", "ru")}  # fmt: skip
        assert len(tags) == 2


@pytest.fixture
def written(monkeypatch) -> list[int]:
    """How many events each calendar had that was written."""
    numbers = []

    def counted(events):
        numbers.append(len(events))
        return text_of(events)

    text_of = calendars.calendar_text
    monkeypatch.setattr(calendars, "calendar_text", counted)
    return numbers


def test_calendar_is_kept_until_its_events_change(doors, fest, written):
    kept = [LIST, *(path for path in doors if "/calendar/" in path)]
    first = {path: doors[path].get(path).content for path in kept}
    written.clear()

    for path in kept:
        assert doors[path].get(path).content == first[path]
    assert written == []
    change(title="Feast")(fest)
    for path in kept:
        assert doors[path].get(path).content != first[path]
    assert len(written) == 2


def test_list_keeps_one_calendar_a_member(ann, as_ann, fest, settings):
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        for number in range(5):
            EventFactory(title=f"Event {number}", date=EVENING)
            as_ann.get(f"{LIST}?search={number}")

        keys = server.keys(f"*calendar:list:{ann.pk}")
        assert len(keys) == 1
        assert 0 < server.ttl(keys[0]) <= CALENDAR_KEPT_S
        assert b"VEVENT" not in server.get(keys[0])


def test_rights_act_on_the_next_request(ann, as_ann, api, doors, fest):
    _list, _one, feed = doors
    assert b"Fest" in api.get(feed).content

    Attendance.objects.filter(member=ann).delete()
    assert b"Fest" not in api.get(feed).content
    Attendance.objects.create(event=fest, member=ann)
    assert b"STATUS:CONFIRMED" in api.get(feed).content
    change(cancelled_at=Now())(fest)
    assert b"STATUS:CANCELLED" in api.get(feed).content
    services.revoke_feed(ann.pk)
    assert api.get(feed).status_code == 404


def test_without_redis_calendars_are_written(doors, settings):
    before = {path: who.get(path) for path, who in doors.items()}
    cache = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": cache}

    for path, who in doors.items():
        answer = who.get(path)
        assert (answer.status_code, answer["ETag"]) == (200, before[path]["ETag"])
        assert answer.content == before[path].content
        known = {"If-None-Match": answer["ETag"]}
        assert who.get(path, headers=known).status_code == 304
