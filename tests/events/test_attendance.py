"""Places at an event, and the line for them."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from events import tasks
from events.models import Attendance, Event
from matchmaker import services as matchmaker_services
from project.lib.background import due
from tests.events.attendance import FULL, ME, NOT_FOUND, change, places, url
from tests.events.factories import AttendanceFactory, EventFactory
from tests.factories import MemberFactory

# --- places -----------------------------------------------------------------------


def test_attend_repeat_and_cancel(ann, as_ann):
    event = EventFactory()

    for _time in range(2):
        response = as_ann.post(url(event))
        assert response.status_code == 200
        assert response.json() == {"attending": True, "attendees": 1}
    assert places(event) == [(ann.pk, False)]
    read = as_ann.get(f"/api/events/{event.pk}").json()
    assert (read["attending"], read["attendees"]) == (True, 1)

    for _time in range(2):
        response = as_ann.delete(url(event))
        assert (response.status_code, response.content) == (204, b"")
    assert places(event) == []
    read = as_ann.get(f"/api/events/{event.pk}").json()
    assert (read["attending"], read["attendees"]) == (False, 0)


@pytest.mark.parametrize("body", [None, {}, {"wait": False}, {"wait": True}])
def test_every_body_gets_a_place_that_is_free(as_ann, body):
    event = EventFactory(capacity=2)
    AttendanceFactory(event=event)

    response = as_ann.post(url(event), body)

    assert response.status_code == 200
    assert response.json() == {"attending": True, "attendees": 2}


@pytest.mark.parametrize("wait", ["maybe", None, {}, [True], 2])
def test_wait_that_says_neither_is_400(as_ann, wait):
    event = EventFactory()

    response = as_ann.post(url(event), {"wait": wait})

    assert response.status_code == 400
    assert list(response.json()) == ["wait"]
    assert places(event) == []


def test_full_event_is_409_for_all_but_who_is_in(as_ann, full, signed_in):
    there = full.attendances.get().member

    for body in (None, {"wait": False}):
        response = as_ann.post(url(full), body)
        assert (response.status_code, response.json()) == (409, FULL)
    again = signed_in(there).post(url(full))

    assert again.json() == {"attending": True, "attendees": 1}
    assert places(full) == [(there.pk, False)]


def test_cancelling_frees_a_place(ann, as_ann, full, free_a_place):
    free_a_place()

    assert as_ann.post(url(full)).json() == {"attending": True, "attendees": 1}
    assert places(full) == [(ann.pk, False)]


def test_scheduled_event_is_409_for_its_creator_and_404_for_others(
    ann, as_ann, signed_in
):
    event = EventFactory(creator=ann, scheduled=True)
    as_eve = signed_in(MemberFactory())

    for method in ("post", "delete"):
        response = getattr(as_ann, method)(url(event))
        assert response.status_code == 409
        assert response.json() == {
            "detail": "This event is not published yet.",
            "code": "event_not_published",
        }
        response = getattr(as_eve, method)(url(event))
        assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_unknown_and_cancelled_events_are_404(as_ann, full):
    change(full, cancelled_at=Now())

    for event in (full, Event(pk=10**17)):
        for response in (
            as_ann.post(url(event)),
            as_ann.post(url(event), {"wait": True}),
            as_ann.delete(url(event)),
        ):
            assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_nobody_without_signing_in(api, full):
    assert api.post(url(full)).status_code == 401
    assert api.delete(url(full)).status_code == 401


# --- the line ---------------------------------------------------------------------


def test_positions_in_the_line(as_ann, full, signed_in):
    clients = [as_ann, *(signed_in(m) for m in MemberFactory.create_batch(2))]

    def positions() -> list[dict]:
        return [c.post(url(full), {"wait": True}).json() for c in clients]

    waiting = [{"attending": False, "waiting": n} for n in (1, 2, 3)]
    assert positions() == positions() == waiting
    assert as_ann.post(url(full)).json() == FULL  # without `wait` nothing changes
    assert as_ann.get(f"/api/events/{full.pk}").json()["attending"] is False

    assert clients[1].delete(url(full)).status_code == 204

    assert clients[2].post(url(full), {"wait": True}).json() == waiting[1]
    assert clients[1].post(url(full), {"wait": True}).json() == waiting[2]


def test_freed_place_goes_to_the_first_in_line(line, full, free_a_place, signed_in):
    one, two, three = line

    free_a_place()

    assert places(full) == [(one.pk, False), (two.pk, True), (three.pk, True)]
    for member, answer in [
        (one, {"attending": True, "attendees": 1}),
        (two, {"attending": False, "waiting": 1}),
        (three, {"attending": False, "waiting": 2}),
    ]:
        assert signed_in(member).post(url(full), {"wait": True}).json() == answer
    assert Attendance.objects.filter(promoted_at__isnull=False).count() == 1


def test_leaving_the_line_frees_no_place(line, full, signed_in):
    signed_in(line[0]).delete(url(full))

    assert [is_waiting for _pk, is_waiting in places(full)] == [False, True, True]


@pytest.mark.parametrize(
    ("capacity", "waiting"), [(2, 2), (3, 1), (4, 0), (9, 0), (None, 0)]
)
def test_more_capacity_moves_the_line_up(line, full, signed_in, capacity, waiting):
    organizer = signed_in(full.creator)

    response = organizer.patch(f"/api/events/{full.pk}", {"capacity": capacity})

    assert response.status_code == 200
    assert response.json()["attendees"] == 4 - waiting
    assert sum(is_waiting for _pk, is_waiting in places(full)) == waiting
    assert places(full)[-1] == (line[-1].pk, waiting > 0)


def test_capacity_below_the_attendees_is_400(line, full, signed_in):
    change(full, capacity=3)
    organizer = signed_in(full.creator)

    response = organizer.patch(
        f"/api/events/{full.pk}", {"capacity": 2, "title": "Other"}
    )

    assert response.status_code == 400
    assert response.json() == {
        "capacity": ["More members than that are already attending."]
    }
    full.refresh_from_db()
    assert (full.capacity, full.attendees) == (3, 3)
    assert full.title != "Other"
    same = organizer.patch(f"/api/events/{full.pk}", {"capacity": 3})
    assert (same.status_code, same.json()["attendees"]) == (200, 3)


@pytest.mark.parametrize("way", ["account", "service"])
def test_deleted_account_gives_its_places_to_the_line(line, full, signed_in, way):
    there = full.attendances.get(is_waiting=False).member
    AttendanceFactory(event=(other := EventFactory(capacity=5)), member=there)

    if way == "account":
        assert signed_in(there).delete(ME).status_code == 204
    else:
        matchmaker_services.delete_member(there)

    assert places(full)[0] == (line[0].pk, False)
    assert places(other) == []


def test_deleted_account_leaves_the_line(line, full, signed_in):
    assert signed_in(line[0]).delete(ME).status_code == 204

    assert signed_in(line[1]).post(url(full), {"wait": True}).json()["waiting"] == 1


def test_who_is_shut_out_is_passed_over(line, full, free_a_place):
    matchmaker_services.set_active(line[0], False)

    free_a_place()

    assert places(full) == [
        (line[0].pk, True), (line[1].pk, False), (line[2].pk, True),
    ]  # fmt: skip


def test_who_was_shut_out_and_is_back_takes_the_place_that_is_free(
    line, full, free_a_place, signed_in
):
    for member in line[1:]:
        matchmaker_services.delete_member(member)
    matchmaker_services.set_active(line[0], False)
    free_a_place()
    assert places(full) == [(line[0].pk, True)]

    matchmaker_services.set_active(line[0], True)
    response = signed_in(line[0]).post(url(full))

    assert response.json() == {"attending": True, "attendees": 1}


def test_newcomer_takes_a_place_that_only_the_shut_out_wait_for(
    ann, as_ann, line, full, free_a_place
):
    for member in line:
        matchmaker_services.set_active(member, False)
    free_a_place()

    assert as_ann.post(url(full)).json() == {"attending": True, "attendees": 1}


def test_cancelled_event_moves_nobody_up(line, full, mailoutbox):
    change(full, cancelled_at=Now())

    matchmaker_services.delete_member(full.attendances.get(is_waiting=False).member)
    change(full, capacity=2)

    assert places(full) == [(m.pk, True) for m in line]
    assert due.sweep(tasks.PLACE_MAIL) == 0


# --- the database's rules, whoever writes -----------------------------------------


def test_database_holds_the_capacity(full):
    too_many = pytest.raises(IntegrityError, match="event_within_capacity")
    with too_many, transaction.atomic():
        AttendanceFactory(event=full)

    assert len(places(full)) == 1


def test_rows_written_many_at_once_are_counted(db):
    events = [EventFactory(capacity=2), EventFactory()]
    members = MemberFactory.create_batch(3)

    Attendance.objects.bulk_create(
        Attendance(event=e, member=m, is_waiting=e.capacity == 2 and m is members[0])
        for e in events
        for m in members
    )
    assert [len(places(e)) for e in events] == [3, 3]
    Attendance.objects.filter(member__in=members[:2]).delete()

    # The second place is for who waits no longer.
    assert [places(e) for e in events] == [[(members[2].pk, False)]] * 2


def test_places_changed_by_hand_are_counted(line, full):
    rows = full.attendances

    rows.filter(is_waiting=False).update(is_waiting=True)  # back to the first place

    assert [is_waiting for _pk, is_waiting in places(full)] == [False, True, True, True]
    change(full, capacity=9)
    rows.filter(member=line[0]).update(is_waiting=True)
    assert places(full)[1] == (line[0].pk, False)


def test_attendees_are_the_databases_alone(full):
    change(full, attendees=0)  # as a form that was read before

    assert len(places(full)) == 1
    stale = Event.objects.get(pk=full.pk)
    stale.attendees = 7
    stale.save()
    assert len(places(full)) == 1
