"""Members come into an organization and leave it."""

import pytest

from events.models import Role
from matchmaker.models import Block, Member
from tests.events.factories import (
    MembershipFactory,
)
from tests.events.organizations import (
    LAST_OWNER,
    NOT_YOURS,
    UNKNOWN,
    URL,
    members_url,
    put_in,
    roles,
    shown,
    users,
    with_contacts,
)
from tests.factories import MemberFactory
from tests.staff import staff_who_may


def test_owner_adds_changes_and_removes(ann, as_ann, bob, eve, club):
    url = members_url(club)

    added = as_ann.post(url, {"user": {"id": bob.pk}})
    owner = as_ann.post(url, {"user": {"email": eve.email}, "role": "owner"})

    assert (added.status_code, owner.status_code) == (200, 200)
    assert added.json() == as_ann.get(f"{URL}{club.pk}").json() | {
        "users": [with_contacts(ann, "owner"), shown(bob, "member")]
    }
    assert owner.json()["users"][2] == shown(eve, "owner")
    again = as_ann.post(url, {"user": {"id": eve.pk}})  # without a role it stays
    assert again.json() == owner.json()
    as_ann.post(url, {"user": {"id": eve.pk}, "role": "member"})
    assert roles(club) == {ann.pk: "owner", bob.pk: "member", eve.pk: "member"}
    for name in ({"id": bob.pk}, {"email": eve.email.upper()}, {"id": bob.pk}):
        assert as_ann.delete(url, {"user": name}).status_code == 204
    assert roles(club) == {ann.pk: "owner"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "user"),
        ({"user": 5}, "user"),
        ({"user": {}}, "user"),
        ({"user": {"id": 1, "email": "a@example.com"}}, "user"),
        ({"user": {"id": "x"}}, "user"),
        ({"user": {"id": 10**30}}, "user"),
    ],
)
def test_bad_names_of_members_are_400(as_ann, club, given, field):
    for method in (as_ann.post, as_ann.delete):
        response = method(members_url(club), given)

        assert response.status_code == 400
        assert list(response.json()) == [field]


def test_unknown_hidden_and_bad_roles_are_400(ann, as_ann, bob, eve, club):
    Block.objects.create(from_member=bob, to_member=ann)
    nobody = MemberFactory(is_active=False)

    for name in ({"id": 10**12}, {"id": bob.pk}, {"email": nobody.email}):
        response = as_ann.post(members_url(club), {"user": name})
        assert (response.status_code, response.json()) == (400, {"user": UNKNOWN})
    king = as_ann.post(members_url(club), {"user": {"id": eve.pk}, "role": "king"})
    assert (king.status_code, list(king.json())) == (400, ["role"])
    assert roles(club) == {ann.pk: "owner"}


def test_owner_removes_who_is_hidden_from_them(ann, as_ann, bob, eve, club):
    put_in(club, bob)
    put_in(club, eve)
    Block.objects.create(from_member=bob, to_member=ann)
    Member.objects.filter(pk=eve.pk).update(is_active=False)

    for name in ({"id": bob.pk}, {"email": eve.email}):
        assert as_ann.delete(members_url(club), {"user": name}).status_code == 204

    assert roles(club) == {ann.pk: "owner"}


@pytest.mark.parametrize("by", ["id", "email"])
def test_member_leaves_and_leaving_again_changes_nothing(ann, bob, club, signed_in, by):
    put_in(club, bob)
    name = {"id": bob.pk} if by == "id" else {"email": bob.email.upper()}

    for _time in range(2):
        response = signed_in(bob).delete(members_url(club), {"user": name})
        assert response.status_code == 204
    assert roles(club) == {ann.pk: "owner"}


def test_nobody_puts_oneself_in(eve, club, signed_in):
    response = signed_in(eve).post(members_url(club), {"user": {"id": eve.pk}})

    assert (response.status_code, response.json()) == (403, NOT_YOURS)


def test_last_owner_neither_leaves_nor_steps_down(ann, as_ann, bob, club):
    own = {"user": {"id": ann.pk}}

    for _who_else in ("nobody", "a member", "an owner who was shut out"):
        for response in (
            as_ann.delete(members_url(club), own),
            as_ann.delete(members_url(club), {"user": {"email": ann.email}}),
            as_ann.post(members_url(club), own | {"role": "member"}),
        ):
            assert (response.status_code, response.json()) == (409, LAST_OWNER)
        assert roles(club)[ann.pk] == "owner"
        if len(roles(club)) == 1:
            put_in(club, bob)
        else:
            put_in(club, MemberFactory(is_active=False), role=Role.OWNER)


def test_staff_takes_no_last_owner_away(ann, club, signed_in):
    as_staff = signed_in(
        staff_who_may("events.change_membership", "events.delete_membership")
    )

    for response in (
        as_staff.delete(members_url(club), {"user": {"id": ann.pk}}),
        as_staff.post(members_url(club), {"user": {"id": ann.pk}, "role": "member"}),
    ):
        assert (response.status_code, response.json()) == (409, LAST_OWNER)


def test_one_of_two_owners_steps_down_or_leaves(ann, as_ann, bob, club, signed_in):
    put_in(club, bob, role=Role.OWNER)

    stepped = as_ann.post(members_url(club), {"user": {"id": ann.pk}, "role": "member"})
    assert (stepped.status_code, roles(club)) == (
        200,
        {ann.pk: "member", bob.pk: "owner"},
    )
    signed_in(bob).post(members_url(club), {"user": {"id": ann.pk}, "role": "owner"})
    assert as_ann.delete(members_url(club), {"user": {"id": ann.pk}}).status_code == 204
    assert roles(club) == {bob.pk: "owner"}


def test_owner_confirms_and_stays_one(as_ann, bob, club, signed_in):
    put_in(club, bob, role=Role.OWNER, confirmed_at=None)

    response = signed_in(bob).post(members_url(club), {"user": {"id": bob.pk}})

    assert response.status_code == 200
    assert users(as_ann, club)[1] == with_contacts(bob, "owner")


def test_account_of_the_only_owner_goes_and_staff_names_another(
    as_ann, bob, club, signed_in
):
    put_in(club, bob)

    assert as_ann.delete("/api/clients/me/").status_code == 204

    assert roles(club) == {bob.pk: "member"}
    as_bob = signed_in(bob)
    own = {"user": {"id": bob.pk}, "role": "owner"}
    assert as_bob.patch(f"{URL}{club.pk}", {"title": "X"}).status_code == 403
    assert as_bob.post(members_url(club), own).status_code == 403
    as_staff = signed_in(staff_who_may("events.change_membership"))
    assert as_staff.post(members_url(club), own).status_code == 200
    assert as_bob.patch(f"{URL}{club.pk}", {"title": "X"}).status_code == 200


def test_member_leaves_where_no_owner_is_left(as_ann, bob, club, signed_in):
    put_in(club, bob)
    as_ann.delete("/api/clients/me/")

    left = signed_in(bob).delete(members_url(club), {"user": {"id": bob.pk}})

    assert left.status_code == 204
    assert roles(club) == {}


def test_who_may_name_nobody_learns_of_no_account(ann, as_ann, signed_in):
    foreign = MembershipFactory(role=Role.OWNER).organization
    url = f"/api/organizations/{foreign.pk}/members/"
    somebody = MemberFactory()

    answers = [
        as_ann.post(url, {"user": {"email": email}})
        for email in (somebody.email, "nobody@example.com")
    ]

    assert [a.status_code for a in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()


def test_a_stranger_cannot_be_left_as_the_only_owner(ann, as_ann, signed_in):
    mine = MembershipFactory(member=ann, role=Role.OWNER).organization
    url = f"/api/organizations/{mine.pk}/members/"
    stranger = MemberFactory()
    as_ann.post(url, {"user": {"id": stranger.pk}, "role": "owner"})

    assert as_ann.delete(url, {"user": {"id": ann.pk}}).status_code == 409
    confirmed = signed_in(stranger).post(url, {"user": {"id": stranger.pk}})
    assert confirmed.status_code == 200
    assert as_ann.delete(url, {"user": {"id": ann.pk}}).status_code == 204
