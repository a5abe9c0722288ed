"""Events over HTTP: contract, section 3."""

import json
from datetime import UTC, datetime

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from events import services, tasks
from events.models import Event, Membership
from project.lib.background import due
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    host,
)
from tests.factories import MemberFactory
from tests.pictures import upload

CREATE = "/api/events/create/"
URL = "/api/events/"


def publish(event_id: int) -> Event:
    """As the worker does, once the minute is over."""
    Event.objects.filter(pk=event_id).update(publish_at=Now(), next_attempt_at=Now())
    assert due.attempt(tasks.PUBLICATION, event_id)
    return Event.objects.get(pk=event_id)


def test_create_answers_202_with_everything_stored(as_ann, club):
    before = timezone.now()

    response = as_ann.post(
        CREATE,
        {
            "title": "Fest",
            "description": "Music",
            "date": "2026-12-23T21:45:00+03:00",
            "organizations": [{"id": club.pk}],
            "location": {"type": "Point", "coordinates": [30.31, 59.94]},
            "capacity": 5,
        },
    )

    event = Event.objects.get()
    body = response.json()
    assert response.status_code == 202
    assert body == {
        "id": event.pk,
        "status": "scheduled",
        "publish_at": body["publish_at"],
        "url": f"http://testserver/api/events/{event.pk}",
    }
    assert response["Location"] == body["url"]
    assert 59 < (event.publish_at - before).total_seconds() < 62
    assert event.date == datetime(2026, 12, 23, 18, 45, tzinfo=UTC)
    assert (event.title, event.capacity, event.published_at) == ("Fest", 5, None)
    assert [*event.organizations.all()] == [club]


def test_event_is_its_creators_alone_until_it_is_published(as_ann, signed_in):
    event_id = as_ann.post(CREATE, {"title": "Fest"}).json()["id"]
    eve = signed_in(MemberFactory())

    assert as_ann.get(f"{URL}{event_id}").json()["status"] == "scheduled"
    assert eve.get(f"{URL}{event_id}").status_code == 404
    assert as_ann.get(URL).json()["count"] == 0

    publish(event_id)

    assert eve.get(f"{URL}{event_id}").json()["status"] == "published"
    assert as_ann.get(URL).json()["count"] == 1
    published_at = Event.objects.get().published_at
    services.publish_event(event_id)
    assert Event.objects.get().published_at == published_at


def test_event_in_full_groups_users_by_organization(ann, as_ann, club, signed_in):
    bob = MembershipFactory(
        organization=club, member__first_name="Bob", member__last_name="Lee"
    ).member
    unasked = Membership.objects.create(organization=club, member=MemberFactory())
    MembershipFactory(organization=club, member__is_active=False)
    event = EventFactory(
        title="Fest", date="2026-12-23T18:45:00Z", lon=30.31, lat=59.94, capacity=9
    )
    host(event, club)
    as_eve = signed_in(MemberFactory())

    def users(client) -> list[dict]:
        return client.get(f"{URL}{event.pk}").json()["organizations"][0]["users"]

    assert as_eve.get(f"{URL}{event.pk}").json() == {
        "id": event.pk,
        "status": "published",
        "title": "Fest",
        "description": "",
        "image": None,
        "thumbnail": None,
        "date": "2026-12-23T18:45:00Z",
        "all_day": False,
        "location": {"type": "Point", "coordinates": [30.31, 59.94]},
        "capacity": 9,
        "attendees": 0,
        "attending": False,
        "organizations": [
            {
                "id": club.pk,
                "title": "Club",
                "description": "",
                "full_address": "190000, Nevsky 1",
                "status": "confirmed",
                "users": [
                    {"id": m.pk, "first_name": m.first_name, "last_name": m.last_name}
                    for m in (ann, bob, unasked.member)
                ],
            }
        ],
    }
    contacts = {u["id"]: u.get("email") for u in users(as_ann)}
    assert contacts == {ann.pk: ann.email, bob.pk: bob.email, unasked.member_id: None}
    # Who is only named sees what strangers see.
    assert users(signed_in(unasked.member)) == users(as_eve)


def test_multipart_takes_a_picture_and_json_text(as_ann, club, media):
    response = as_ann.post(
        CREATE,
        {
            "title": "Fest",
            "image": upload(),
            "organizations": json.dumps([{"id": club.pk}]),
            "location": '{"type": "Point", "coordinates": [30.31, 59.94]}',
        },
        format="multipart",
    )

    assert response.status_code == 202, response.content
    event = Event.objects.get()
    assert [*event.organizations.all()] == [club]
    assert len([*media.rglob("*.jpg")]) == 2
    body = as_ann.get(f"{URL}{event.pk}").json()
    assert body["image"] == f"http://testserver/media/{event.image.name}"
    assert body["thumbnail"] == f"http://testserver/media/{event.thumbnail.name}"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "tomorrow"}, "date"),
        ({"date": 5}, "date"),
        ({"date": "9999-12-31T23:59:59-10:00"}, "date"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": 10**9}, "capacity"),
        ({"organizations": [{"id": 10**6}]}, "organizations"),
        ({"organizations": [{"id": 10**30}]}, "organizations"),
        ({"organizations": [{}]}, "organizations"),
        ({"organizations": {"id": 1}}, "organizations"),
        ({"organizations": "[{"}, "organizations"),
        ({"organizations": [{"id": 1}] * 10_000}, "organizations"),
        ({"longitude": 30}, "latitude"),
    ],
)
def test_bad_input_is_400_on_its_field_and_stores_nothing(as_ann, given, field):
    response = as_ann.post(CREATE, {"title": "Fest", **given})

    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert not Event.objects.exists()


def test_change_and_cancel(ann, as_ann, club, signed_in):
    event = EventFactory(creator=MemberFactory())
    as_eve = signed_in(MemberFactory())
    assert as_ann.patch(f"{URL}{event.pk}", {"title": "X"}).status_code == 403
    host(event, club)

    changed = as_ann.patch(f"{URL}{event.pk}", {"title": "New", "date": "2026-12-24"})

    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["date"]) == (
        "New",
        "2026-12-24T00:00:00Z",
    )
    event.refresh_from_db()
    assert (event.sequence, event.is_all_day) == (1, True)
    assert as_eve.delete(f"{URL}{event.pk}").status_code == 403
    assert as_ann.delete(f"{URL}{event.pk}").status_code == 204
    assert as_ann.get(f"{URL}{event.pk}").status_code == 404
    assert as_ann.get(URL).json()["count"] == 0


def test_scheduled_event_can_be_changed_and_deleted(as_ann, signed_in):
    event_id = as_ann.post(CREATE, {"title": "Fest"}).json()["id"]
    as_eve = signed_in(MemberFactory())

    assert as_eve.patch(f"{URL}{event_id}", {"title": "X"}).status_code == 404
    assert as_ann.patch(f"{URL}{event_id}", {"title": "New"}).json()["title"] == "New"
    assert as_ann.delete(f"{URL}{event_id}").status_code == 204
    assert not Event.objects.exists()
