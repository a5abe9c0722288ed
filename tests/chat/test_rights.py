"""Who may be in a room: read from what the room is of, at every moment."""

from importlib import import_module

import pytest
from django.db import connection

from chat import errors, reads, services
from chat.models import Message, Participant, Room
from events import services as event_services
from events.models import Event
from matchmaker import services as member_services
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from tests.chat.rooms import event_of, match, organization_of
from tests.events.factories import MembershipFactory
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob")


def is_open(room: Room, *members: Member) -> bool:
    """All ways to ask say the same."""
    answers = set()
    for member in members:
        answers.add(room.pk in {r.id for r in reads.rooms_of(member.pk)})
        answers.add(room.pk in reads.rooms_by_member([member.pk])[member.pk])
        for ask in (
            lambda m=member: reads.room_of(m.pk, room.pk),
            lambda m=member: reads.last_number(m.pk, room.pk),
            lambda m=member: services.send_message(m, room.pk, "Hi", None),
            lambda m=member: services.mark_read(m, room.pk, 0),
            lambda m=member: reads.messages_before(
                m.pk, room.pk, before=2**63 - 1, limit=1
            ),
            lambda m=member: reads.messages_between(
                m.pk, room.pk, after=0, up_to=9, limit=1
            ),
        ):
            try:
                ask()
                answers.add(True)
            except errors.RoomUnknown:
                answers.add(False)
    assert len(answers) == 1
    return answers.pop()


def test_the_lobby_is_everybodys(ann, bob):
    assert is_open(Room.objects.get(kind="lobby"), ann, bob)


@pytest.mark.parametrize("ends_it", [0, 1])
def test_a_match_opens_a_room_and_its_end_closes_it(ann, bob, ends_it):
    room = match(ann, bob)
    assert is_open(room, ann, bob)

    one, other = (ann, bob) if ends_it else (bob, ann)
    member_services.withdraw_like(one, other.pk)
    assert not is_open(room, ann, bob)

    member_services.like_member(one, other.pk)
    assert is_open(room, ann, bob)
    assert match(ann, bob) == room


def test_a_block_closes_the_room_of_two_and_no_other(ann, bob):
    room = match(ann, bob)
    _organization, shared = organization_of(ann, bob)
    event_of(ann, bob)

    member_services.block_member(ann, bob.pk)
    assert not is_open(room, ann, bob)
    assert is_open(shared, ann, bob)

    # What they share is enough again, though they are no match.
    member_services.unblock_member(ann, bob.pk)
    assert is_open(room, ann, bob)


def test_deactivation_closes_the_room_of_two(ann, bob):
    room = match(ann, bob)

    member_services.set_active(bob, False)
    assert not is_open(room, ann)
    assert reads.rooms_by_member([bob.pk]) == {bob.pk: {}}

    member_services.set_active(bob, True)
    assert is_open(room, ann, bob)


def test_an_event_is_its_attendees_and_its_creators(ann, bob):
    event, room = event_of(ann)
    Event.objects.filter(pk=event.pk).update(capacity=1)
    assert is_open(room, ann, event.creator)
    assert not is_open(room, bob)

    assert event_services.attend_event(bob, event.pk, wait=True).waiting == 1
    assert not is_open(room, bob)

    event_services.leave_event(ann, event.pk)  # a trigger moves the line up
    assert not is_open(room, ann)
    assert is_open(room, bob)

    event_services.delete_event(event.creator, event.pk)
    assert not is_open(room, bob, event.creator)


def test_an_event_has_its_room_from_its_publication_on(ann):
    event = Event.objects.create(title="Fest", creator=ann)
    assert not is_open(event.room, ann)

    event_services.publish_event(event.pk)
    assert is_open(event.room, ann)


def test_an_organization_is_its_confirmed_members(ann, bob):
    organization = event_services.create_organization(ann, users=[bob], title="Club")
    room = organization.room
    assert is_open(room, ann)
    assert not is_open(room, bob)  # named, and no more
    with pytest.raises(errors.NotAcquainted):
        services.open_direct_room(ann, bob.pk)
    with pytest.raises(errors.NotAcquainted):
        services.open_direct_room(bob, ann.pk)

    event_services.add_member(bob, organization.pk, user=bob, role=None)
    assert is_open(room, ann, bob)
    direct, _is_new = services.open_direct_room(ann, bob.pk)
    assert is_open(direct, ann, bob)

    event_services.remove_member(bob, organization.pk, user_id=bob.pk, email=None)
    assert is_open(room, ann)
    assert not is_open(room, bob)
    assert not is_open(direct, ann, bob)

    event_services.add_member(ann, organization.pk, user=bob, role=None)
    assert not is_open(room, bob)
    assert not is_open(direct, ann, bob)

    event_services.delete_organization(ann, organization.pk)
    assert not Room.objects.filter(pk=room.pk).exists()
    assert not Message.objects.filter(room=room.pk).exists()


@pytest.mark.parametrize("shared", [organization_of, event_of])
def test_sharing_ends_with_what_is_shared(ann, bob, shared):
    what, _room = shared(ann, bob)
    room, is_new = services.open_direct_room(ann, bob.pk)
    assert is_new
    assert is_open(room, ann, bob)

    what.delete()
    assert not is_open(room, ann, bob)
    with pytest.raises(errors.NotAcquainted):
        services.open_direct_room(ann, bob.pk)


def test_what_one_who_is_gone_has_said_is_a_number(ann, bob):
    lobby = services.lobby_id()
    services.send_message(bob, lobby, "secret", None)
    services.send_message(ann, lobby, "Hi", None)

    member_services.delete_member(bob)

    stored = Message.objects.get(number=1)
    assert (stored.sender, stored.text, stored.client_id) == (None, "", None)
    one, two = reads.messages_between(ann.pk, lobby, after=0, up_to=2, limit=9)
    assert one == reads.SeenMessage(lobby, 1, True)
    assert (one.sent_at, one.user) == (None, None)
    assert (two.number, two.is_hidden, two.text) == (2, False, "Hi")


@pytest.mark.parametrize("how", ["sign-out", "deactivation", "deletion"])
def test_who_has_signed_out_writes_nothing(ann, how):
    """Though whoever writes was let in before, by a socket."""
    room, before = services.lobby_id(), Member.objects.get(pk=ann.pk)
    services.send_message(ann, room, "Hi", None)
    if how == "sign-out":
        member_services.sign_out_everywhere(ann)
    elif how == "deactivation":
        Member.objects.filter(pk=ann.pk).update(is_active=False)
    else:
        ann.delete()

    with pytest.raises(TokenDead):
        services.send_message(before, room, "Still?", None)
    with pytest.raises(TokenDead):
        services.mark_read(before, room, 1)

    assert reads.counters([room]) == {room: 1}


def test_own_data_has_what_one_said_and_read(as_ann, ann, bob):
    room = match(ann, bob)
    services.send_message(ann, room.pk, "Привет", None)
    services.send_message(bob, room.pk, "not Ann's", None)

    chat = as_ann.get("/api/clients/me/export/").json()["chat"]

    (said,) = chat["messages"]
    assert said == {
        "room": room.pk,
        "kind": "direct",
        "id": 1,
        "message": "Привет",
        "sent_at": said["sent_at"],
        "client_id": None,
    }
    assert chat["read"] == [{"room": room.pk, "id": 1}]


def test_places_of_who_was_only_named_are_forgotten(ann, bob):
    """Migration 0004's statement: only in the room of what names them."""
    organization, room = organization_of(ann)
    _other, others = organization_of(bob)
    _event, events = event_of(bob)
    MembershipFactory(organization=organization, member=bob, confirmed_at=None)
    lobby = Room.objects.get(kind="lobby")
    for where, who in (
        (room, ann), (room, bob), (others, bob), (events, bob), (lobby, bob),
    ):  # fmt: skip
        Participant.objects.get_or_create(room=where, member=who)

    migration = import_module("chat.migrations.0004_confirmed_participants")
    with connection.cursor() as cursor:
        cursor.execute(migration.FORGET)

    assert {*Participant.objects.values_list("room", "member")} == {
        (room.pk, ann.pk), (others.pk, bob.pk), (events.pk, bob.pk), (lobby.pk, bob.pk),
    }  # fmt: skip
