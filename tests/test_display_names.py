"""Members who have given no name: everybody else reads something in its place."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from rest_framework.test import APIClient

from chat import services
from chat.sockets import queries as socket_reads
from chat.wire import frames
from matchmaker.display_names import display_name, display_name_sql
from matchmaker.models import Member
from tests.chat.rooms import match
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
)
from tests.factories import MemberFactory
from tests.referrals.factories import ReferralFactory

ME = "/api/clients/me/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def nobody(db) -> Member:
    """A member near ann who has an e-mail, a number and a place, and no name."""
    return MemberFactory(
        first_name="",
        last_name="",
        email="secret@example.com",
        phone_number="+79991234567",
        lon=30.3159,
        lat=59.9392,
    )


@pytest.fixture
def shown(nobody: Member) -> str:
    return f"#{nobody.pk}"


@pytest.mark.parametrize("first_name", ["", "Ann", "Боб", "0", "#5", "O'Neil", "%s"])
def test_python_and_the_database_show_the_same(first_name):
    member = MemberFactory(first_name=first_name)

    with connection.cursor() as cursor:
        name = display_name_sql("row")
        table = Member._meta.db_table
        cursor.execute(f"SELECT {name} FROM {table} row WHERE id = %s", [member.pk])
        (in_sql,) = cursor.fetchone()

    assert in_sql == display_name(member.pk, first_name)
    assert in_sql == (first_name or f"#{member.pk}")


def first_names(answer: Any) -> Iterator[str]:
    """Every first name that is anywhere in an answer."""
    if isinstance(answer, list):
        for each in answer:
            yield from first_names(each)
    elif isinstance(answer, dict):
        for name, value in answer.items():
            if name == "first_name":
                yield value
            else:
                yield from first_names(value)


def in_members(ann: Member, nobody: Member) -> str:
    return "/api/clients/"


def in_members_near(ann: Member, nobody: Member) -> str:
    return "/api/list?distance=10"


def in_geojson(ann: Member, nobody: Member) -> str:
    return "/api/clients/?format=geojson"


def in_profile(ann: Member, nobody: Member) -> str:
    return f"/api/clients/{nobody.pk}/"


def in_discover(ann: Member, nobody: Member) -> str:
    return "/api/discover/?max_km=10"


def in_organization(ann: Member, nobody: Member) -> str:
    membership = MembershipFactory(member=nobody)
    MembershipFactory(member=ann, organization=membership.organization)
    return f"/api/organizations/{membership.organization_id}"


def in_organizations(ann: Member, nobody: Member) -> str:
    MembershipFactory(member=nobody)
    return "/api/organizations/"


def in_event(ann: Member, nobody: Member) -> str:
    event = EventFactory(creator=ann)
    event.organizations.add(MembershipFactory(member=nobody).organization)
    return f"/api/events/{event.pk}"


def in_events(ann: Member, nobody: Member) -> str:
    in_event(ann, nobody)
    return "/api/events/"


def in_referrals(ann: Member, nobody: Member) -> str:
    ReferralFactory(referrer=ann, invited=nobody)
    return f"/api/v1/users/{ann.pk}/"


def in_tree(ann: Member, nobody: Member) -> str:
    ReferralFactory(referrer=ann, invited=nobody)
    return "/api/v1/users/me/tree/"


def in_rooms(ann: Member, nobody: Member) -> str:
    match(ann, nobody)
    return "/api/chat/rooms/"


def in_history(ann: Member, nobody: Member) -> str:
    room = match(ann, nobody)
    services.send_message(nobody, room.pk, "Hi", None)
    return f"/api/chat/rooms/{room.pk}/messages/"


def in_export(ann: Member, nobody: Member) -> str:
    match(ann, nobody)
    return "/api/clients/me/export/"


@pytest.mark.parametrize(
    "place",
    [
        in_members, in_members_near, in_geojson, in_profile, in_discover,
        in_organization, in_organizations, in_event, in_events, in_referrals, in_tree,
        in_rooms, in_history, in_export,
    ],
)  # fmt: skip
def test_api_shows_the_id_in_place_of_a_name(
    ann, as_ann, nobody, shown, place: Callable[[Member, Member], str]
):
    answer = as_ann.get(place(ann, nobody))

    assert answer.status_code == 200, answer.content
    names = [*first_names(json.loads(answer.content))]
    assert shown in names
    assert "" not in names


def test_export_names_whom_the_member_has_invited(ann, as_ann, nobody, shown):
    ReferralFactory(referrer=ann, invited=nobody)

    (row,) = as_ann.get("/api/clients/me/export/").json()["referrals"]["invited"]

    assert (row["invited"], row["invited__first_name"]) == (nobody.pk, shown)


def test_who_has_a_last_name_only_keeps_it(as_ann, nobody, shown):
    Member.objects.filter(pk=nobody.pk).update(last_name="Lee")

    answer = as_ann.get(f"/api/clients/{nobody.pk}/").json()

    assert (answer["first_name"], answer["last_name"]) == (shown, "Lee")


def test_own_profile_has_the_name_that_was_given(nobody, signed_in):
    assert signed_in(nobody).get(ME).json()["first_name"] == ""


def test_direct_room_is_called_so_too(ann, as_ann, nobody, shown):
    room = match(ann, nobody)

    assert as_ann.get(f"/api/chat/rooms/{room.pk}/").json()["title"] == shown


def test_sockets_are_told_the_same(ann, nobody, shown):
    room = match(ann, nobody)
    services.send_message(nobody, room.pk, "Hi", None)

    (spoken,) = socket_reads.spoken(room.pk, 0, 10)

    whom = {"id": nobody.pk, "first_name": shown}
    assert json.loads(spoken.text)["user"] == whom
    known = socket_reads.names([nobody.pk])
    assert frames.user(nobody.pk, known[nobody.pk]) == whom


def test_words_for_a_member_are_in_the_readers_language(ann, nobody):
    with translation.override("ru"):
        assert str(nobody) == f"Участник {nobody.pk}"
    assert str(nobody) == f"Member {nobody.pk}"
    assert str(ann) == f"Ann {ann.last_name}"


def test_schema_promises_a_name(api: APIClient):
    """In every answer but the own profile, so that a new one is thought of too."""
    definitions = api.get("/swagger.json").json()["definitions"]
    blank = {
        name
        for name, schema in definitions.items()
        for field, shape in schema.get("properties", {}).items()
        if field == "first_name" and not shape.get("minLength")
    }

    assert blank == {
        # What members say of themselves …
        "SignUp", "SignUpByInvitation",
        # … and read of themselves.
        "OwnProfile", "OwnProfileProperties", "WholeProfile",
    }  # fmt: skip


def test_event_lists_the_same_after_a_name_is_given(ann, as_ann, nobody, signed_in):
    path = in_event(ann, nobody)

    assert signed_in(nobody).patch(ME, {"first_name": "Eve"}).status_code == 200

    (organization,) = as_ann.get(path).json()["organizations"]
    assert [user["first_name"] for user in organization["users"]] == ["Eve"]
