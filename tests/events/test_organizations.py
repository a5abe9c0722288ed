"""Organizations over HTTP, and who learns what of their members."""

import pytest
from rest_framework.test import APIClient

from events.models import Departure, Event, Membership, Organization, Role
from matchmaker import services as matchmaker_services
from matchmaker.models import Block, Member
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    host,
)
from tests.factories import MemberFactory
from tests.staff import staff_who_may

CREATE = "/api/organizations/create/"
URL = "/api/organizations/"
NOT_FOUND = {"detail": "Not found.", "code": "not_found"}
NOT_YOURS = {"detail": "You may not change this.", "code": "permission_denied"}
LAST_OWNER = {
    "detail": "An organization needs an owner. Make somebody else one first.",
    "code": "last_owner",
}
UNKNOWN = ["There is no such member, or they do not want to be named."]


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", phone_number="+79991234567")


@pytest.fixture
def eve(db) -> Member:
    """A stranger."""
    return MemberFactory(first_name="Eve")


@pytest.fixture
def club(ann) -> Organization:
    """An organization of ann's."""
    return MembershipFactory(
        organization__title="Club",
        organization__postcode="190000",
        organization__address="Nevsky 1",
        member=ann,
        role=Role.OWNER,
    ).organization


def put_in(organization: Organization, member: Member, **fields) -> Membership:
    return MembershipFactory(organization=organization, member=member, **fields)


def members_url(organization: Organization) -> str:
    return f"{URL}{organization.pk}/members/"


def shown(member: Member, role: str, confirmed: bool = False) -> dict:
    """As strangers see it, and everybody who is only named."""
    return {
        "id": member.pk,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "role": role,
        "confirmed": confirmed,
    }


def with_contacts(member: Member, role: str) -> dict:
    contacts = {"email": member.email, "telephone": member.phone_number}
    return shown(member, role, confirmed=True) | contacts


def users(client: APIClient, organization: Organization) -> list[dict]:
    return client.get(f"{URL}{organization.pk}").json()["users"]


def roles(organization: Organization) -> dict[int, str]:
    return dict(organization.memberships.values_list("member", "role"))


def ids(response) -> list[int]:
    return [row["id"] for row in response.json()["results"]]


# --- create -----------------------------------------------------------------------


def test_create_with_users_by_id_and_by_email(ann, as_ann, bob, eve):
    response = as_ann.post(
        CREATE,
        {
            "title": "Club",
            "description": "Music",
            "postcode": "190000",
            "address": "Nevsky 1",
            "location": {"type": "Point", "coordinates": [30.31, 59.94]},
            "users": [{"id": bob.pk}, {"email": eve.email.upper()}],
        },
    )

    assert response.status_code == 201
    assert response.json() == {
        "id": Organization.objects.get().pk,
        "title": "Club",
        "description": "Music",
        "postcode": "190000",
        "address": "Nevsky 1",
        "full_address": "190000, Nevsky 1",
        "location": {"type": "Point", "coordinates": [30.31, 59.94]},
        "users": [
            with_contacts(ann, "owner"),
            shown(bob, "member"),
            shown(eve, "member"),
        ],
    }


def test_create_with_a_title_alone(ann, as_ann):
    response = as_ann.post(CREATE, {"title": "Club"})

    assert response.status_code == 201
    assert response.json() == {
        "id": Organization.objects.get().pk,
        "title": "Club",
        "description": "",
        "postcode": "",
        "address": "",
        "full_address": "",
        "location": None,
        "users": [with_contacts(ann, "owner")],
    }


def test_named_twice_is_a_member_once_and_oneself_stays_the_owner(ann, as_ann, bob):
    named = [{"id": bob.pk}, {"email": bob.email}, {"id": ann.pk}, {"email": ann.email}]

    response = as_ann.post(CREATE, {"title": "Club", "users": named})

    assert response.status_code == 201
    assert roles(Organization.objects.get()) == {ann.pk: "owner", bob.pk: "member"}


@pytest.mark.parametrize(
    ("named", "messages"),
    [
        ([{"id": 10**12}], UNKNOWN),
        ([{"email": "nobody@example.com"}], UNKNOWN),
        ([{"email": "not an e-mail"}], UNKNOWN),
        ([{"id": 10**30}], None),
        ([{"id": 0}], None),
        ([{"id": True}], None),
        ([{"email": "a\0b"}], None),
        ([{"email": None}], None),
        ([{}], None),
        ([5], None),
        ([None], None),
        (5, None),
        ("x", None),
        ({"id": 1}, None),
        ([{"id": 1}] * 10_000, None),
    ],
)
def test_users_that_cannot_be_are_400_and_nothing_is_stored(as_ann, named, messages):
    response = as_ann.post(CREATE, {"title": "Club", "users": named})

    assert response.status_code == 400
    assert list(response.json()) == ["users"]
    assert response.json()["users"] == (messages or response.json()["users"])
    assert all(isinstance(message, str) for message in response.json()["users"])
    assert not Organization.objects.exists()


def test_id_and_email_at_once_are_400(as_ann, bob):
    named = [{"id": bob.pk, "email": bob.email}]

    response = as_ann.post(CREATE, {"title": "Club", "users": named})

    assert response.status_code == 400
    assert list(response.json()) == ["users"]


def test_hidden_members_are_unknown(ann, as_ann, bob, eve):
    Block.objects.create(from_member=bob, to_member=ann)
    Block.objects.create(from_member=ann, to_member=eve)
    inactive = MemberFactory(is_active=False)

    for hidden in (bob, eve, inactive):
        for name in ({"id": hidden.pk}, {"email": hidden.email}):
            response = as_ann.post(CREATE, {"title": "Club", "users": [name]})

            assert response.status_code == 400
            assert response.json() == {"users": UNKNOWN}
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": "  "}, ["title"]),
        ({"title": None}, ["title"]),
        ({"title": "x" * 201}, ["title"]),
        ({"title": "Club", "postcode": "1" * 21}, ["postcode"]),
        ({"title": "Club", "address": "x" * 301}, ["address"]),
        ({"title": "Club", "description": "x" * 10_001}, ["description"]),
        ({"title": "Club", "longitude": 30}, ["latitude"]),
        ({"title": "", "users": [{}], "location": 5}, ["title", "users", "location"]),
    ],
)
def test_everything_wrong_is_told_at_once(as_ann, given, fields):
    response = as_ann.post(CREATE, given)

    assert response.status_code == 400
    assert set(response.json()) == set(fields)


def test_nobody_without_signing_in(api, club):
    for method, path in [
        ("post", CREATE),
        ("get", URL),
        ("get", f"{URL}{club.pk}"),
        ("patch", f"{URL}{club.pk}"),
        ("delete", f"{URL}{club.pk}"),
        ("post", members_url(club)),
        ("delete", members_url(club)),
    ]:
        assert getattr(api, method)(path).status_code == 401


# --- list and detail --------------------------------------------------------------


def test_list_is_newest_first_in_pages(as_ann):
    made = OrganizationFactory.create_batch(5)

    page = as_ann.get(URL, {"limit": 2, "offset": 2})

    assert ids(page) == [made[2].pk, made[1].pk]
    assert page.json() == {
        "count": 5,
        "next": "http://testserver/api/organizations/?limit=2&offset=4",
        "previous": "http://testserver/api/organizations/?limit=2",
        "results": page.json()["results"],
    }
    assert page.json()["results"][0] == as_ann.get(f"{URL}{made[2].pk}").json()


def test_list_by_title_and_by_box(as_ann):
    north = OrganizationFactory(title="100% Jazz", lon=30.3, lat=59.9)
    date_line = OrganizationFactory(title="Джаз-клуб", lon=179.9, lat=-17)
    nowhere = OrganizationFactory(title="Jazz")

    def found(**query: object) -> list[int]:
        return ids(as_ann.get(URL, query))

    assert found(search="jAzZ") == [nowhere.pk, north.pk]
    assert found(search="джаз") == [date_line.pk]
    assert found(search="0% j") == [north.pk]
    assert found(search="_") == []
    assert found(in_bbox="30,59,31,60") == [north.pk]
    assert found(in_bbox="179,-18,-179,-16") == [date_line.pk]
    assert found(in_bbox="30,59,31,60", search="клуб") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1},
        {"offset": 10**30}, {"in_bbox": "1,2,3"}, {"in_bbox": "1,2,3,nan"},
        {"search": "x" * 201}, {"search": "\0"},
    ],
)  # fmt: skip
def test_nonsense_in_the_list_is_400(as_ann, query):
    response = as_ann.get(URL, query)

    assert response.status_code == 400
    assert list(response.json()) == list(query)


def test_geojson_of_list_and_detail(ann, as_ann):
    club = put_in(
        OrganizationFactory(title="Club", lon=30.31, lat=59.94), ann
    ).organization
    nowhere = OrganizationFactory(title="Nowhere")
    feature = {
        "type": "Feature",
        "id": club.pk,
        "geometry": {"type": "Point", "coordinates": [30.31, 59.94]},
        "properties": {
            "title": "Club",
            "description": "",
            "postcode": "",
            "address": "",
            "full_address": "",
            "users": [with_contacts(ann, "member")],
        },
    }

    one = as_ann.get(f"{URL}{club.pk}", HTTP_ACCEPT="application/geo+json")
    page = as_ann.get(URL, {"format": "geojson"})

    assert one["Content-Type"] == page["Content-Type"] == "application/geo+json"
    assert one.json() == feature
    assert page.json()["features"][1] == feature
    assert page.json()["features"][0]["id"] == nowhere.pk
    assert page.json()["features"][0]["geometry"] is None
    assert (page.json()["type"], page.json()["count"]) == ("FeatureCollection", 2)


@pytest.mark.parametrize(
    ("postcode", "address", "full"),
    [("", "", ""), ("1", "", "1"), ("", "A", "A"), ("1", "A", "1, A")],
)
def test_full_address_has_no_stray_comma(as_ann, postcode, address, full):
    club = OrganizationFactory(postcode=postcode, address=address)

    assert as_ann.get(f"{URL}{club.pk}").json()["full_address"] == full


def test_unknown_one_is_404(as_ann):
    path = f"{URL}{10**17}"
    somebody = {"user": {"id": 1}}
    member = {"user": {"id": MemberFactory().pk}}

    for response in (
        as_ann.get(path),
        as_ann.patch(path, {"title": "X"}),
        as_ann.delete(path),
        as_ann.post(f"{path}/members/", member),
        as_ann.delete(f"{path}/members/", somebody),
    ):
        assert (response.status_code, response.json()) == (404, NOT_FOUND)


# --- who learns what --------------------------------------------------------------


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


# --- change and delete ------------------------------------------------------------


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


# --- members ----------------------------------------------------------------------


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
