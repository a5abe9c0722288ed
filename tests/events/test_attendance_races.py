"""Many requests for few places at the same time, each with its own connection."""

import random
from collections.abc import Callable, Iterable

import pytest
from rest_framework.test import APIClient

from events.models import Attendance, Event
from matchmaker.models import Member
from tests.events.factories import AttendanceFactory, EventFactory
from tests.factories import MemberFactory
from tests.threads import at_once, client_of

ME = "/api/clients/me/"
ROUNDS = 6
THREADS = 16

pytestmark = pytest.mark.django_db(transaction=True)

Request = Callable[[], int]


def asking(client: APIClient, method: str, event: Event, **body: object) -> Request:
    url = f"/api/events/{event.pk}/attend/"
    return lambda: getattr(client, method)(url, body).status_code


def changing(client: APIClient, event: Event, capacity: int | None) -> Request:
    url, body = f"/api/events/{event.pk}/", {"capacity": capacity}
    return lambda: client.patch(url, body).status_code


def deleting(member: Member) -> Request:
    client = client_of(member)
    return lambda: client.delete(ME).status_code


def all_of(requests: Iterable[Request]) -> list[int]:
    """Ask for all, THREADS at a time, each over a connection that it keeps.

    A connection for each request would take most of the time.
    """
    left = enumerate([*requests])  # threads may share the iterator of a list
    statuses: dict[int, int] = {}

    def ask() -> None:
        for number, request in left:
            statuses[number] = request()

    at_once(*[ask] * THREADS)
    return [status for _number, status in sorted(statuses.items())]


def assert_exact(event: Event) -> None:
    """The number is the rows', it fits, and nobody waits while a place is free."""
    event.refresh_from_db()
    rows = Attendance.objects.filter(event=event)
    waiting = rows.filter(is_waiting=True).count()
    assert event.attendees == rows.filter(is_waiting=False).count()
    assert event.capacity is None or event.attendees <= event.capacity
    assert waiting == 0 or event.attendees == event.capacity


def full_event(capacity: int, waiting: int = 0) -> tuple[Event, list[Member]]:
    """An event without a free place, and who is there, then who waits."""
    event = EventFactory(capacity=capacity)
    members = MemberFactory.create_batch(capacity + waiting)
    for i, member in enumerate(members):
        AttendanceFactory(event=event, member=member, is_waiting=i >= capacity)
    return event, members


def test_two_hundred_requests_for_fifty_places():
    event = EventFactory(capacity=50)
    clients = [client_of(member) for member in MemberFactory.create_batch(200)]

    statuses = all_of([asking(client, "post", event) for client in clients])

    assert sorted(statuses) == [200] * 50 + [409] * 150
    assert_exact(event)
    assert event.attendees == 50
    read = clients[0].get(f"/api/events/{event.pk}").json()
    assert (read["attendees"], read["attending"]) == (50, statuses[0] == 200)


def test_two_hundred_in_line_for_fifty_places():
    event = EventFactory(capacity=50)
    clients = [client_of(member) for member in MemberFactory.create_batch(200)]
    url = f"/api/events/{event.pk}/attend/"

    def ask(client: APIClient) -> int:
        answers.append(client.post(url, {"wait": True}).json())
        return 200

    answers: list[dict] = []
    all_of([lambda c=client: ask(c) for client in clients])

    places = [answer["waiting"] for answer in answers if "waiting" in answer]
    numbers = [answer["attendees"] for answer in answers if answer["attending"]]
    assert sorted(places) == [*range(1, 151)]
    assert sorted(numbers) == [*range(1, 51)]
    assert_exact(event)


def test_one_member_asks_twenty_times_and_has_one_place():
    event = EventFactory(capacity=2)
    client = client_of(MemberFactory())

    statuses = at_once(*[asking(client, "post", event)] * 20)

    assert statuses == [200] * 20
    assert_exact(event)
    assert event.attendees == 1


@pytest.mark.parametrize("_round", range(20))
def test_cancelling_racing_with_waiting(_round):
    event, (ann,) = full_event(1)
    bob = MemberFactory()

    cancelled, waits = at_once(
        asking(client_of(ann), "delete", event),
        asking(client_of(bob), "post", event, wait=True),
    )

    assert (cancelled, waits) == (204, 200)
    assert_exact(event)
    assert Attendance.objects.get().member == bob


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_storm_of_attending_cancelling_and_waiting(_round):
    event = EventFactory(capacity=5)
    clients = [client_of(member) for member in MemberFactory.create_batch(12)]
    storm = [
        request
        for client in clients
        for request in (
            asking(client, "post", event),
            asking(client, "delete", event),
            asking(client, "post", event, wait=True),
            asking(client, "delete", event),
            asking(client, "post", event, wait=True),
        )
    ]
    random.shuffle(storm)

    assert set(all_of(storm)) <= {200, 204, 409}
    assert_exact(event)
    assert set(all_of(asking(c, "post", event, wait=True) for c in clients)) == {200}
    assert_exact(event)
    assert Attendance.objects.count() == 12


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_capacity_changing_while_members_come_and_go(_round):
    event, members = full_event(4, waiting=4)
    organizer = client_of(event.creator)
    clients = [client_of(member) for member in members]
    storm = [
        *(changing(organizer, event, n) for n in (8, 2, None, 5, 1, 3)),
        *(asking(client, "delete", event) for client in clients[:6]),
        *(asking(client, "post", event, wait=True) for client in clients),
        *(
            asking(client_of(member), "post", event)
            for member in MemberFactory.create_batch(4)
        ),
    ]
    random.shuffle(storm)

    assert set(all_of(storm)) <= {200, 204, 400, 409}
    assert_exact(event)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_accounts_deleted_while_others_take_their_places(_round):
    event, members = full_event(4, waiting=4)
    storm = [
        *(deleting(member) for member in (*members[:2], *members[4:6])),
        *(asking(client_of(m), "post", event, wait=True) for m in members[:6]),
        *(asking(client_of(m), "delete", event) for m in members[:6]),
        deleting(event.creator),
        changing(client_of(event.creator), event, 5),
    ]
    random.shuffle(storm)

    assert set(at_once(*storm)) <= {200, 204, 401}
    assert_exact(event)
    assert Member.objects.count() == 4


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_creator_attends_while_the_account_is_deleted(_round, wait):
    """Its deletion takes the name off the event, which the place counts on."""
    event, _there = full_event(1) if wait else (EventFactory(capacity=1), [])

    deleted, attends = at_once(
        deleting(event.creator),
        asking(client_of(event.creator), "post", event, wait=wait),
    )

    assert (deleted, attends) in [(204, 200), (204, 401)]
    assert_exact(event)
    assert event.creator is None
    assert event.attendees == int(wait)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_event_cancelled_while_members_come_and_go(_round):
    event, members = full_event(3, waiting=3)
    storm = [
        lambda: client_of(event.creator).delete(f"/api/events/{event.pk}").status_code,
        *(asking(client_of(member), "delete", event) for member in members),
        *(asking(client_of(member), "post", event, wait=True) for member in members),
    ]

    cancelled, *others = at_once(*storm)

    assert cancelled == 204
    assert set(others) <= {200, 204, 404}
    event.refresh_from_db()
    rows = Attendance.objects.filter(event=event, is_waiting=False)
    assert event.attendees == rows.count() <= 3
