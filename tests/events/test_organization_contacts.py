"""Who learns what of an organization's members."""

import pytest
from rest_framework.test import APIClient

from events.models import Departure, Event, Membership, Organization
from matchmaker import services as matchmaker_services
from matchmaker.models import Member
from tests.events.factories import (
    EventFactory,
    OrganizationFactory,
    host,
)
from tests.events.organizations import (
    CREATE,
    URL,
    members_url,
    put_in,
    shown,
    users,
    with_contacts,
)
from tests.factories import MemberFactory


def views_of(client: APIClient, club: Organization, event: Event) -> list[list[dict]]:
    """The organization's users in every answer that has them."""
    listed = {row["id"]: row for row in client.get(URL).json()["results"]}[club.pk]
    in_detail = client.get(f"/api/events/{event.pk}").json()["organizations"][0]
    in_list = client.get("/api/events/").json()["results"][0]["organizations"][0]
    collection = client.get("/api/events/", {"format": "geojson"}).json()
    in_features = collection["features"][0]["properties"]["organizations"][0]
    found = [listed, in_detail, in_list, in_features]
    return [users(client, club), *(row["users"] for row in found)]


def contacts(client: APIClient, club: Organization, event: Event) -> dict[int, object]:
    """By id: the e-mail and telephone, or None, the same in every answer."""
    seen = [
        {u["id"]: (u["email"], u["telephone"]) if "email" in u else None for u in some}
        for some in views_of(client, club, event)
    ]
    assert all(one == seen[0] for one in seen)
    return seen[0]


def test_contacts_of_confirmed_members_are_for_confirmed_members(
    ann, as_ann, bob, eve, club, signed_in
):
    put_in(club, bob)
    unasked = put_in(club, MemberFactory(), confirmed_at=None).member
    put_in(club, MemberFactory(is_active=False))
    event = EventFactory()
    host(event, club)
    confirmed = {
        ann.pk: (ann.email, None),
        bob.pk: (bob.email, "+79991234567"),
        unasked.pk: None,
    }

    assert contacts(as_ann, club, event) == confirmed
    assert contacts(signed_in(bob), club, event) == confirmed
    # Nor for who is only named.
    assert contacts(signed_in(unasked), club, event) == dict.fromkeys(confirmed)
    assert contacts(signed_in(eve), club, event) == dict.fromkeys(confirmed)
    # Nor for members of another one, nor for staff.
    put_in(OrganizationFactory(), eve)
    Member.objects.filter(pk=eve.pk).update(is_staff=True)
    assert contacts(signed_in(eve), club, event) == dict.fromkeys(confirmed)


def test_put_in_by_a_stranger_no_contact_is_told(eve, signed_in, ann, bob):
    as_eve = signed_in(eve)
    named = [{"id": ann.pk}, {"email": bob.email}]

    made = as_eve.post(CREATE, {"title": "Trap", "users": named}).json()

    assert made["users"] == [
        with_contacts(eve, "owner"),
        shown(ann, "member"),
        shown(bob, "member"),
    ]
    url = f"{URL}{made['id']}/members/"
    for role in ("owner", "member"):  # nor by what an owner may do with them
        promoted = as_eve.post(url, {"user": {"id": ann.pk}, "role": role})
        assert promoted.status_code == 200
        assert [u for u in promoted.json()["users"] if "email" in u] == [
            with_contacts(eve, "owner")
        ]


@pytest.mark.parametrize("is_blocker", [True, False])
def test_blocked_members_are_not_there_for_each_other(
    ann, as_ann, bob, club, signed_in, is_blocker
):
    put_in(club, bob)
    other = put_in(club, MemberFactory()).member
    event = EventFactory()
    host(event, club)
    pair = (ann, bob) if is_blocker else (bob, ann)
    matchmaker_services.block_member(pair[0], pair[1].pk)

    assert set(contacts(as_ann, club, event)) == {ann.pk, other.pk}
    assert set(contacts(signed_in(bob), club, event)) == {bob.pk, other.pk}
    assert set(contacts(signed_in(other), club, event)) == {ann.pk, bob.pk, other.pk}


def test_confirming_by_the_own_id_shows_the_contacts(as_ann, bob, club, signed_in):
    put_in(club, bob, confirmed_at=None)
    assert users(as_ann, club)[1] == shown(bob, "member")

    response = signed_in(bob).post(members_url(club), {"user": {"id": bob.pk}})

    assert response.status_code == 200
    assert response.json() == as_ann.get(f"{URL}{club.pk}").json()
    assert users(as_ann, club)[1] == with_contacts(bob, "member")
    confirmed_at = Membership.objects.get(member=bob).confirmed_at
    signed_in(bob).post(members_url(club), {"user": {"email": bob.email}})
    # Confirming again consents anew.
    assert Membership.objects.get(member=bob).confirmed_at > confirmed_at


def test_removed_and_put_in_again_is_not_confirmed(as_ann, bob, club):
    put_in(club, bob)

    as_ann.delete(members_url(club), {"user": {"id": bob.pk}})
    as_ann.post(members_url(club), {"user": {"id": bob.pk}})
    assert not Departure.objects.exists()

    assert users(as_ann, club)[1] == shown(bob, "member")
