"""Organizations are changed and deleted."""

from events.models import Membership, Organization, Role
from tests.events.factories import (
    EventFactory,
    OrganizationFactory,
    host,
)
from tests.events.organizations import (
    NOT_YOURS,
    URL,
    members_url,
    put_in,
    roles,
    with_contacts,
)
from tests.staff import staff_who_may


def test_owner_changes_only_what_is_given(ann, as_ann, club):
    moved = {"longitude": 30.31, "latitude": 59.94}
    response = as_ann.patch(f"{URL}{club.pk}", {"title": "New", **moved})

    assert response.status_code == 200
    assert response.json() == {
        "id": club.pk,
        "title": "New",
        "description": "",
        "postcode": "190000",
        "address": "Nevsky 1",
        "full_address": "190000, Nevsky 1",
        "location": {"type": "Point", "coordinates": [30.31, 59.94]},
        "users": [with_contacts(ann, "owner")],
    }
    emptied = as_ann.patch(f"{URL}{club.pk}", {"location": None, "address": ""})
    assert (emptied.json()["location"], emptied.json()["address"]) == (None, "")
    assert as_ann.patch(f"{URL}{club.pk}", {}).json() == emptied.json()
    assert as_ann.patch(f"{URL}{club.pk}", {"title": ""}).status_code == 400


def test_members_and_strangers_change_nothing(bob, eve, club, signed_in):
    put_in(club, bob)
    put_in(OrganizationFactory(), eve, role=Role.OWNER)

    for client in (signed_in(bob), signed_in(eve)):
        for response in (
            client.patch(f"{URL}{club.pk}", {"title": "X"}),
            client.delete(f"{URL}{club.pk}"),
            client.post(members_url(club), {"user": {"id": eve.pk}}),
            client.post(members_url(club), {"user": {"id": bob.pk}, "role": "owner"}),
            client.delete(members_url(club), {"user": {"email": "x@example.com"}}),
        ):
            assert (response.status_code, response.json()) == (403, NOT_YOURS)
    club.refresh_from_db()
    assert club.title == "Club"
    assert roles(club)[bob.pk] == "member"
    assert len(roles(club)) == 2


def test_staff_changes_fills_and_deletes_any(bob, club, signed_in):
    as_staff = signed_in(
        staff_who_may(
            "events.change_organization",
            "events.add_membership",
            "events.delete_organization",
        )
    )

    changed = as_staff.patch(f"{URL}{club.pk}", {"title": "New"})
    added = as_staff.post(members_url(club), {"user": {"id": bob.pk}})

    assert (changed.status_code, changed.json()["title"]) == (200, "New")
    assert (added.status_code, roles(club)[bob.pk]) == (200, "member")
    assert as_staff.delete(f"{URL}{club.pk}").status_code == 204
    assert not Organization.objects.exists()


def test_deleted_one_leaves_its_events(as_ann, bob, club):
    put_in(club, bob)
    event = EventFactory()
    host(event, club)

    assert as_ann.delete(f"{URL}{club.pk}").status_code == 204

    assert as_ann.get(f"{URL}{club.pk}").status_code == 404
    assert as_ann.get(f"/api/events/{event.pk}").json()["organizations"] == []
    assert not Membership.objects.exists()
    assert as_ann.delete(f"{URL}{club.pk}").status_code == 404
