"""Many at the same moment, each with its own connection."""

from collections.abc import Callable
from threading import Event as Flag
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction

from chat import services
from chat.models import Message, Room
from chat.services import Draft, Stored
from events import services as event_services
from events.models import Event
from matchmaker import services as member_services
from matchmaker.models import Member
from tests.chat.rooms import event_of, match, organization_of
from tests.events.factories import MembershipFactory
from tests.factories import MemberFactory
from tests.harness.database import somebody_waits
from tests.harness.waiting import PATIENCE_S, wait_until
from tests.threads import at_once, client_of

ROUNDS = 4

pytestmark = pytest.mark.django_db(transaction=True)

Call = Callable[[], int]


def sending(member: Member, room_id: int, **body: object) -> Call:
    client, url = client_of(member), f"/api/chat/rooms/{room_id}/messages/"
    return lambda: client.post(url, {"message": "Hi"} | body).status_code


def reading(member: Member, room_id: int, number: int) -> Call:
    client, url = client_of(member), f"/api/chat/rooms/{room_id}/read/"
    return lambda: client.post(url, {"id": number}).status_code


def asking(who: Member, method: str, path: str, **body: object) -> Call:
    client = client_of(who)
    return lambda: getattr(client, method)(f"/api/{path}", body or None).status_code


def numbers(room_id: int) -> list[int]:
    rows = Message.objects.filter(room=room_id).order_by("number")
    return list(rows.values_list("number", flat=True))


def assert_whole(room_id: int) -> None:
    """No number is missing, and the counter is the last."""
    last = Room.objects.values_list("last_number", flat=True).get(pk=room_id)
    assert numbers(room_id) == [*range(1, last + 1)]


def test_fifty_at_once_are_fifty_numbers_in_the_order_of_commits():
    room = services.lobby_id()
    senders = MemberFactory.create_batch(50, password=None)
    calls = [
        lambda m=member: services.send_message(m, room, "Hi", None)[0].number
        for member in senders
    ]
    seen, done = [], Flag()

    def watch() -> None:
        while not done.is_set():
            seen.append(numbers(room))
        connection.close()

    watcher = Thread(target=watch)
    watcher.start()
    given = at_once(*calls)
    done.set()
    watcher.join()

    assert sorted(given) == numbers(room) == [*range(1, 51)]
    # Whoever looks in between sees no number whose predecessors are not there.
    assert all(there == [*range(1, len(there) + 1)] for there in seen)
    sent = Message.objects.order_by("number").values_list("sent_at", flat=True)
    assert [*sent] == sorted(sent)


def test_one_client_id_twenty_times_at_once_is_one_message():
    room, ann = services.lobby_id(), MemberFactory()
    client_id = uuid4()
    call = lambda: services.send_message(ann, room, "Hi", client_id)  # noqa: E731

    sent = at_once(*[call] * 20)

    assert [is_new for _message, is_new in sent].count(True) == 1
    assert {(m.pk, m.number) for m, _is_new in sent} == {(Message.objects.get().pk, 1)}
    services.send_message(ann, room, "next", None)
    assert_whole(room)


def test_what_is_rolled_back_leaves_no_hole():
    room, ann = services.lobby_id(), MemberFactory()
    services.send_message(ann, room, "one", None)

    with transaction.atomic():
        services.send_message(ann, room, "never", None)
        transaction.set_rollback(True)

    message, _is_new = services.send_message(ann, room, "two", None)
    assert message.number == 2
    assert_whole(room)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_open_their_room_at_once(_round):
    ann, bob = MemberFactory.create_batch(2)
    organization_of(ann, bob)

    opened = at_once(
        *[asking(ann, "post", "chat/rooms", member=bob.pk)] * 3,
        *[asking(bob, "post", "chat/rooms", member=ann.pk)] * 3,
        asking(ann, "post", f"clients/{bob.pk}/match/"),
        asking(bob, "post", f"clients/{ann.pk}/match/"),
    )

    assert set(opened) <= {200, 201}
    assert Room.objects.filter(kind="direct").count() == 1


@pytest.mark.parametrize(
    "ending", ["block/post", "block/delete", "match/delete", "match/post"]
)
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sending_while_the_two_part(_round, ending):
    ann, bob = MemberFactory.create_batch(2)
    room = match(ann, bob)
    what, method = ending.split("/")
    ends = asking(bob, method, f"clients/{ann.pk}/{what}/")

    ended, *sent = at_once(
        ends,
        *[sending(ann, room.pk)] * 4,
        sending(bob, room.pk),
        reading(bob, room.pk, 0),
    )

    assert ended in (200, 204)
    assert set(sent) <= {200, 201, 404}
    assert_whole(room.pk)
    is_open = ending not in ("block/post", "match/delete")
    assert sending(ann, room.pk)() == (201 if is_open else 404)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sending_while_accounts_are_deleted(_round):
    lobby = services.lobby_id()
    ann, bob, eve = MemberFactory.create_batch(3)
    room = match(ann, bob)
    _event, at_event = event_of(ann, bob, eve)

    statuses = at_once(
        asking(ann, "delete", "clients/me/"),
        *(sending(ann, pk) for pk in (lobby, room.pk, at_event.pk)),
        *(sending(bob, pk) for pk in (lobby, room.pk, at_event.pk)),
        *(reading(m, room.pk, 0) for m in (ann, bob)),
        sending(eve, at_event.pk),
        asking(bob, "post", "chat/rooms", member=ann.pk),
        asking(bob, "delete", "clients/me/"),
    )

    assert (statuses[0], statuses[-1]) == (204, 204)
    assert set(statuses) <= {200, 201, 204, 401, 404}
    assert_whole(lobby)
    assert_whole(at_event.pk)
    assert not Message.objects.filter(sender__in=[ann.pk, bob.pk]).exists()
    assert set(Message.objects.filter(sender=None).values_list("text")) <= {("",)}
    assert not Room.objects.filter(pk=room.pk).exists()
    assert not Message.objects.filter(room=room.pk).exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sending_while_one_is_removed_and_the_organization_deleted(_round):
    ann, bob = MemberFactory.create_batch(2)
    organization = event_services.create_organization(ann, users=[bob], title="Club")
    room = organization.room
    path = f"organizations/{organization.pk}"

    removed, deleted, *sent = at_once(
        asking(ann, "delete", f"{path}/members/", user={"id": bob.pk}),
        asking(ann, "delete", path),
        *[sending(bob, room.pk)] * 4,
        *[sending(ann, room.pk)] * 4,
        reading(bob, room.pk, 0),
    )

    assert removed in (204, 404)
    assert deleted == 204
    assert set(sent) <= {200, 201, 404}
    assert not Message.objects.filter(room=room.pk).exists()


@pytest.mark.parametrize("is_published", [True, False])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sending_while_the_event_ends(_round, is_published):
    ann, bob = MemberFactory.create_batch(2)
    event, room = event_of(bob)
    Event.objects.filter(pk=event.pk).update(creator=ann)
    if not is_published:
        Event.objects.filter(pk=event.pk).update(published_at=None)

    deleted, *statuses = at_once(
        asking(ann, "delete", f"events/{event.pk}"),
        *[sending(bob, room.pk)] * 4,
        sending(ann, room.pk),
        asking(bob, "delete", f"events/{event.pk}/attend/"),
    )

    assert deleted == 204
    assert set(statuses) <= {201, 204, 404, 409}
    if is_published:
        assert_whole(room.pk)
    assert sending(ann, room.pk)() == 404


def test_sign_out_waits_for_what_is_being_stored():
    """Else it were stored after the sign-out was answered."""
    ann, order = MemberFactory(), []
    room = services.lobby_id()

    def sign_out() -> None:
        member_services.sign_out_everywhere(Member.objects.get(pk=ann.pk))
        order.append("signed out")
        connection.close()

    thread = Thread(target=sign_out)
    with transaction.atomic():
        services.send_message(ann, room, "Hi", None)
        thread.start()
        wait_until(somebody_waits)
        order.append("stored")
    thread.join()

    assert order == ["stored", "signed out"]


def _partings() -> dict[str, Callable[[Member, Member], tuple[Room, Call]]]:
    """Ways to end Bob's right to a room that he shares with Ann: the room, the end."""

    def in_organization(ann: Member, bob: Member) -> Room:
        return organization_of(ann, bob)[1]

    def leaves(ann: Member, bob: Member) -> tuple[Room, Call]:
        organization = event_services.create_organization(ann, users=[], title="Club")
        MembershipFactory(organization=organization, member=bob)
        path = f"organizations/{organization.pk}/members/"
        return organization.room, asking(ann, "delete", path, user={"id": bob.pk})

    def withdraws(ann: Member, bob: Member) -> tuple[Room, Call]:
        event, room = event_of(ann, bob)
        return room, asking(bob, "delete", f"events/{event.pk}/attend/")

    def signs_out(ann: Member, bob: Member) -> tuple[Room, Call]:
        def end() -> int:
            member_services.sign_out_everywhere(Member.objects.get(pk=bob.pk))
            return 204

        return in_organization(ann, bob), end

    def deactivated(ann: Member, bob: Member) -> tuple[Room, Call]:
        room = in_organization(ann, bob)
        return room, lambda: member_services.set_active(bob, False) or 204

    return {
        "leaves": leaves,
        "withdraws": withdraws,
        "signs out": signs_out,
        "deactivated": deactivated,
        "deleted": lambda ann, bob: (
            in_organization(ann, bob),
            asking(bob, "delete", "clients/me/"),
        ),
        "blocked": lambda ann, bob: (
            match(ann, bob),
            asking(ann, "post", f"clients/{bob.pk}/block/"),
        ),
        "unmatched": lambda ann, bob: (
            match(ann, bob),
            asking(ann, "delete", f"clients/{bob.pk}/match/"),
        ),
    }


@pytest.mark.parametrize("how", _partings())
def test_nothing_begun_after_a_right_has_ended_is_stored(how):
    """Others store together with Bob all the while."""
    ann, bob = MemberFactory.create_batch(2)
    room, end = _partings()[how](ann, bob)
    bob, enough, has_ended = Member.objects.get(pk=bob.pk), Flag(), Flag()

    def talk() -> list[tuple[bool, bool, bool]]:
        """Of each batch: begun after the end; Ann's and Bob's messages are stored."""
        found, after = [], 0
        while after < 5:
            is_after = has_ended.is_set()
            drafts = [Draft(ann, "1", None), Draft(bob, "2", None)]
            hers, his = services.send_messages(room.pk, drafts)
            found.append((is_after, isinstance(hers, Stored), isinstance(his, Stored)))
            after += is_after
            if len(found) > 3:
                enough.set()
        return found

    def part() -> list[tuple[bool, bool, bool]]:
        assert enough.wait(PATIENCE_S)
        try:
            assert end() in (200, 204)
        finally:
            has_ended.set()
        return []

    batches = [batch for found in at_once(part, talk, talk, talk) for batch in found]

    for is_after, hers, his in batches:
        assert not (is_after and his)
        # In their direct room neither may write any more; elsewhere Ann loses nothing.
        assert hers or room.kind == "direct"
        assert not (is_after and hers and room.kind == "direct")
    assert any(his for _is_after, _hers, his in batches)
    assert_whole(room.pk)
    if how != "deleted":
        stored = sum(hers + his for _is_after, hers, his in batches)
        assert len(numbers(room.pk)) == stored


def test_members_deactivated_while_they_talk():
    ann, bob = MemberFactory.create_batch(2)
    room = match(ann, bob)

    statuses = at_once(
        lambda: member_services.set_active(ann, False) or 0,
        *[sending(ann, room.pk)] * 4,
        *[sending(bob, room.pk)] * 4,
    )

    assert set(statuses) <= {0, 201, 401, 404}
    assert sending(bob, room.pk)() == 404
    assert_whole(room.pk)
