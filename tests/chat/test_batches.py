"""Messages of one room that are stored together are as if each came by itself."""

import random
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError

from chat import errors, services
from chat.models import Message, Participant, Room
from chat.services import Draft, Stored
from matchmaker import services as member_services
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from tests.chat.rooms import match, organization_of
from tests.factories import MemberFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def told(outcomes: list[services.Outcome]) -> list[object]:
    """The number of a new message, "again" for a repeated one, or the error's type."""
    return [
        (each.message.number if each.is_new else "again")
        if isinstance(each, Stored)
        else type(each)
        for each in outcomes
    ]


def test_what_is_refused_does_not_harm_the_others(ann):
    bob, eve, gone = MemberFactory.create_batch(3)
    _organization, room = organization_of(ann, bob, gone)
    again = uuid4()
    services.send_message(ann, room.pk, "before", again)
    signed_out = Member.objects.get(pk=gone.pk)
    member_services.sign_out_everywhere(gone)

    outcomes = services.send_messages(
        room.pk,
        [
            Draft(ann, "one", None),
            Draft(ann, " ", None),
            Draft(eve, "is not in it", None),
            Draft(bob, "x" * 4_001, None),
            Draft(bob, "a\x00", None),
            Draft(signed_out, "signed out", None),
            Draft(ann, "before", again),
            Draft(bob, "two", uuid4()),
        ],
    )

    assert told(outcomes) == [
        2,
        errors.TextEmpty,
        errors.RoomUnknown,
        errors.TextTooLong,
        errors.TextInvalid,
        TokenDead,
        "again",
        3,
    ]
    stored = Message.objects.order_by("number").values_list("number", "text")
    assert [*stored] == [(1, "before"), (2, "one"), (3, "two")]


def test_none_of_them_may_be_stored(ann):
    _organization, room = organization_of(ann)
    eve = MemberFactory()

    outcomes = services.send_messages(
        room.pk, [Draft(eve, "one", None), Draft(eve, "two", None)]
    )

    assert told(outcomes) == [errors.RoomUnknown] * 2
    assert Room.objects.get(pk=room.pk).last_number == 0
    assert services.send_messages(room.pk, []) == []
    unknown = services.send_messages(2**63, [Draft(ann, "Hi", None)])
    assert told(unknown) == [errors.RoomUnknown]


def test_repeated_message_in_one_batch_is_one_message(ann):
    lobby, name = services.lobby_id(), uuid4()

    outcomes = services.send_messages(
        lobby,
        [Draft(ann, "a", None), Draft(ann, "b", name), Draft(ann, "b", name)],
    )

    assert told(outcomes) == [1, 2, "again"]


def test_what_the_database_refuses_does_not_harm_the_others(ann, monkeypatch):
    """A text that only the database finds too long."""
    monkeypatch.setattr("chat.services.messages.checked_text", lambda text: text)
    lobby = services.lobby_id()

    outcomes = services.send_messages(
        lobby, [Draft(ann, text, None) for text in ("a", "x" * 4_001, "b")]
    )

    assert told(outcomes) == [1, IntegrityError, 2]


@pytest.mark.parametrize("kind", ["lobby", "direct"])
@pytest.mark.parametrize("seed", range(20))
def test_read_positions_are_those_of_one_after_the_other(ann, kind, seed):
    chance = random.Random(seed)
    bob = MemberFactory()
    room = match(ann, bob).pk if kind == "direct" else services.lobby_id()
    who = {"ann": ann, "bob": bob}
    batches = [chance.choices([*who], k=chance.randint(1, 5)) for _ in range(4)]
    readers = chance.choices([*who, None], k=len(batches))

    def talk(*, together: bool) -> list[tuple[int, int]]:
        Message.objects.all().delete()
        Participant.objects.all().delete()
        Room.objects.filter(pk=room).update(last_number=0)
        for batch, reader in zip(batches, readers, strict=True):
            drafts = [Draft(who[name], "Hi", None) for name in batch]
            for some in [drafts] if together else [[each] for each in drafts]:
                services.send_messages(room, some)
            if reader:
                last = Room.objects.get(pk=room).last_number
                services.mark_read(who[reader], room, chance.randint(last - 1, last))
        return sorted(Participant.objects.values_list("member", "read_number"))

    state = chance.getstate()
    alone = talk(together=False)
    chance.setstate(state)
    assert talk(together=True) == alone


@pytest.mark.django_db(transaction=True)
def test_batches_at_once_with_the_same_names_store_each_once():
    lobby = services.lobby_id()
    members = MemberFactory.create_batch(3)
    names = [uuid4() for _ in range(6)]

    def send(order: list[UUID]) -> list[services.Outcome]:
        drafts = [
            Draft(member, str(name), name) for name in order for member in members
        ]
        return services.send_messages(lobby, drafts)

    orders = [random.Random(i).sample(names, k=len(names)) for i in range(6)]
    outcomes = [
        outcome
        for batch in at_once(*[lambda order=order: send(order) for order in orders])
        for outcome in batch
    ]

    assert all(isinstance(each, Stored) for each in outcomes)
    stored = [*Message.objects.order_by("number").values_list("number", flat=True)]
    assert stored == [*range(1, 19)]
    assert Room.objects.get(pk=lobby).last_number == 18
    assert sum(each.is_new for each in outcomes) == 18


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(4))
def test_batches_while_their_senders_sign_out(_round):
    """What is stored was stored before the sign-out was answered."""
    lobby = services.lobby_id()
    members = MemberFactory.create_batch(4)

    def send() -> int:
        drafts = [Draft(each, "Hi", None) for each in members]
        outcomes = services.send_messages(lobby, drafts)
        assert {type(each) for each in outcomes} <= {Stored, TokenDead}
        return sum(isinstance(each, Stored) for each in outcomes)

    def sign_out(member: Member) -> int:
        member_services.sign_out_everywhere(Member.objects.get(pk=member.pk))
        return 0

    counts = at_once(send, send, *[lambda m=m: sign_out(m) for m in members[::2]])

    stored = [*Message.objects.order_by("number").values_list("number", flat=True)]
    assert stored == [*range(1, sum(counts) + 1)]
    assert told(
        services.send_messages(lobby, [Draft(each, "Hi", None) for each in members])
    ) == [TokenDead, sum(counts) + 1, TokenDead, sum(counts) + 2]


def test_all_fail_with_the_database(ann, monkeypatch):
    def fail(*_args: object) -> None:
        raise OperationalError

    monkeypatch.setattr("chat.services.storing.held_signed_in", fail)

    with pytest.raises(OperationalError):
        services.send_messages(services.lobby_id(), [Draft(ann, "Hi", None)] * 2)
