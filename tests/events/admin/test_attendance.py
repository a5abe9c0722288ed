"""Who attends, and who has a calendar's address, in the admin."""

import pytest

from events import services
from events.models import Attendance, CalendarFeed
from tests.events.admin.pages import ATTENDANCES, FEEDS, change, delete
from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed


@pytest.fixture
def full(db):
    """An event with one place; who attends, and who waits first and second."""
    event = EventFactory(title="Winter fest", capacity=1)
    for n in range(3):
        member = MemberFactory(first_name=f"M{n}", email=f"m{n}@example.com")
        services.attend_event(member, event.pk, wait=True)
    return event


def line(event) -> list[tuple[str, bool]]:
    rows = Attendance.objects.filter(event=event).order_by("pk")
    return [*rows.values_list("member__first_name", "is_waiting")]


def test_found_and_not_written(admin_client, full):
    place, first, second = Attendance.objects.order_by("pk")
    services.attend_event(MemberFactory(), EventFactory().pk, wait=False)
    member = place.member
    member.phone_number = "+79991234567"
    member.save()

    for term in ("M0@example.com", "8 (999) 123-45-67"):
        assert listed(admin_client.get(ATTENDANCES, {"q": term})) == [place]
    by_title = admin_client.get(ATTENDANCES, {"q": "ER FEST"})
    assert listed(by_title) == [second, first, place]
    waiting = admin_client.get(ATTENDANCES, {"state": "waiting"})
    assert listed(waiting) == [second, first]
    assert len(listed(admin_client.get(ATTENDANCES, {"state": "attending"}))) == 2
    of_event = admin_client.get(ATTENDANCES, {"event__id__exact": full.pk})
    assert len(listed(of_event)) == 3
    assert f'<a href="{change(full)}">Winter fest</a>' in of_event.text
    assert "Winter fest" in admin_client.get(change(place)).text
    assert admin_client.post(change(place), {}).status_code == 403
    assert admin_client.get(f"{ATTENDANCES}add/").status_code == 403


@pytest.mark.parametrize("from_the_list", [True, False])
def test_removing_gives_the_place_to_the_next(admin_client, full, from_the_list):
    place = Attendance.objects.get(event=full, is_waiting=False)

    if from_the_list:
        data = {"action": "delete_selected", "_selected_action": [place.pk]}
        admin_client.post(ATTENDANCES, {**data, "post": "yes"})
    else:
        admin_client.post(delete(place), {"post": "yes"})

    assert line(full) == [("M1", False), ("M2", True)]
    full.refresh_from_db()
    assert full.attendees == 1


def test_removing_several_passes_over_those_who_go_too(admin_client, full):
    place, first, _second = Attendance.objects.order_by("pk")

    data = {"action": "delete_selected", "_selected_action": [place.pk, first.pk]}
    admin_client.post(ATTENDANCES, {**data, "post": "yes"})

    assert line(full) == [("M2", False)]


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        for _ in range(n):
            member = MemberFactory()
            services.attend_event(member, EventFactory().pk, wait=False)
            services.new_feed(member)
        # The session, its member, the count, the rows.
        for url in (ATTENDANCES, FEEDS):
            with django_assert_num_queries(4):
                listed(admin_client.get(url))


def test_secret_is_nowhere_shown(admin_client):
    feed = services.new_feed(MemberFactory(first_name="Ann", email="ann@example.com"))

    found = admin_client.get(FEEDS, {"q": "ANN@example.com"})

    assert listed(found) == [feed]
    for response in (
        found,
        admin_client.get(change(feed)),
        admin_client.get(delete(feed)),
    ):
        assert "Ann" in response.text
        assert feed.secret not in response.text
    assert listed(admin_client.get(FEEDS, {"q": feed.secret})) == []
    for lookup in ({"secret": feed.secret}, {"secret__startswith": feed.secret[:1]}):
        assert admin_client.get(FEEDS, lookup).status_code == 400
    assert admin_client.get(f"{FEEDS}add/").status_code == 403


@pytest.mark.parametrize("from_the_list", [True, False])
def test_address_is_revoked(admin_client, api, from_the_list):
    feed = services.new_feed(MemberFactory())
    url = f"/api/events/calendar/{feed.secret}.ics"
    assert api.get(url).status_code == 200

    if from_the_list:
        data = {"action": "delete_selected", "_selected_action": [feed.pk]}
        admin_client.post(FEEDS, {**data, "post": "yes"})
    else:
        admin_client.post(delete(feed), {"post": "yes"})

    assert not CalendarFeed.objects.exists()
    assert api.get(url).status_code == 404


def test_rights_are_djangos(staff_with, full):
    place = Attendance.objects.get(event=full, is_waiting=False)
    feed = services.new_feed(MemberFactory())
    client = staff_with("view_attendance", "view_calendarfeed")

    assert len(listed(client.get(ATTENDANCES))) == 3
    for row in (place, feed):
        assert client.get(change(row)).status_code == 200
        assert client.post(delete(row), {"post": "yes"}).status_code == 403
    assert len(line(full)) == 3
