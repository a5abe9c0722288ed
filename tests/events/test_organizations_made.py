"""Organizations are made."""

import pytest

from events.models import Organization
from matchmaker.models import Block
from tests.events.organizations import (
    CREATE,
    UNKNOWN,
    URL,
    members_url,
    roles,
    shown,
    with_contacts,
)
from tests.factories import MemberFactory


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
