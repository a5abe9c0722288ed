"""A calendar at an address of its own, which needs no header."""

import pytest

from events.models import Attendance, CalendarFeed
from matchmaker import services as member_services
from matchmaker.models import Member
from tests.events.calendars import EVENING, FEED, entries, summaries
from tests.events.factories import (
    EventFactory,
)
from tests.factories import MemberFactory


def path_of(response) -> str:
    return response.json()["url"].removeprefix("http://testserver")


def test_feed_needs_no_header_and_has_what_one_attends(ann, as_ann, api, fest):
    EventFactory(title="Not attended", date=EVENING)
    waited = EventFactory(title="Waited for", date=EVENING, capacity=1)
    Attendance.objects.create(event=waited, member=MemberFactory())
    Attendance.objects.create(event=waited, member=ann, is_waiting=True)
    Attendance.objects.create(event=fest, member=ann)

    made = as_ann.post(FEED)

    assert made.status_code == 201
    feed = CalendarFeed.objects.get()
    url = f"http://testserver{FEED}{feed.secret}.ics"
    assert made.json() == {"url": url, "filters": {}}
    assert len(feed.secret) == 32
    assert summaries(api.get(path_of(made))) == ["Fest"]
    assert as_ann.get(FEED).json() == made.json()


def test_feed_shows_what_was_cancelled_to_who_attended(ann, as_ann, api, fest):
    path = path_of(as_ann.post(FEED))
    as_ann.post(f"/api/events/{fest.pk}/attend/")
    (before,) = entries(api.get(path))

    as_ann.delete(f"/api/events/{fest.pk}")

    (after,) = entries(api.get(path))
    assert after.uid.value == before.uid.value
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert int(after.sequence.value) > int(before.sequence.value)


def test_new_address_kills_the_old_one(as_ann, api):
    old = path_of(as_ann.post(FEED))
    new = path_of(as_ann.post(FEED))

    assert old != new
    assert api.get(old).status_code == 404
    assert api.get(new).status_code == 200


def test_revoked_address_is_dead(as_ann, api):
    path = path_of(as_ann.post(FEED))

    assert as_ann.delete(FEED).status_code == 204

    assert api.get(path).status_code == 404
    assert as_ann.get(FEED).status_code == 404
    assert as_ann.delete(FEED).status_code == 204


@pytest.mark.parametrize("secret", ["x" * 32, "x", "x" * 33, "../" * 10, "%00" * 32])
def test_unknown_secret_is_404_in_json(api, db, secret):
    response = api.get(f"{FEED}{secret}.ics")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_members_own_headers_do_not_open_a_feed_of_others(as_ann, signed_in, fest):
    eve = MemberFactory()
    Attendance.objects.create(event=fest, member=eve)
    path = path_of(signed_in(eve).post(FEED))

    # Whoever asks, it is the calendar of whose secret it is.
    assert summaries(as_ann.get(path)) == ["Fest"]


def test_feed_of_an_inactive_or_deleted_member_is_404(ann, as_ann, api):
    path = path_of(as_ann.post(FEED))

    ann.is_active = False
    ann.save()
    assert api.get(path).status_code == 404

    ann.is_active = True
    ann.save()
    assert api.get(path).status_code == 200
    ann.delete()
    assert api.get(path).status_code == 404


def test_feed_address_is_the_members_own(as_ann, signed_in):
    as_ann.post(FEED)

    assert signed_in(MemberFactory()).get(FEED).status_code == 404


def test_feed_of_a_member_deleted_meanwhile_is_401(ann, api):
    gone = Member.objects.get(pk=ann.pk)
    member_services.delete_member(ann)
    api.force_authenticate(gone)

    response = api.post("/api/events/calendar/")

    assert response.status_code == 401
    assert response.json()["code"] == "token_dead"
