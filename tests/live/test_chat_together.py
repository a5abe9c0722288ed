"""Messages that wait for their room are stored together, and each as if alone."""

import os
import signal
from collections.abc import Callable
from threading import Thread

import pytest
from django.db import connection, transaction
from websockets.exceptions import ConnectionClosed

from chat.models import Message, Room
from events.models import Membership
from matchmaker import services
from matchmaker.models import Member
from tests.chat.rooms import organization_of
from tests.harness.chat import Chat, Frame, new_member
from tests.harness.daphne import daphne
from tests.harness.database import somebody_waits
from tests.harness.waiting import wait_until

ENDINGS: dict[str, Callable[[Member], object]] = {
    "leaving": lambda eve: Membership.objects.filter(member=eve).delete(),
    "signing out": services.sign_out_everywhere,
    "deactivated": lambda eve: services.set_active(eve, False),
    "deleted": services.delete_member,
}


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url) as made:
        yield made


@pytest.mark.parametrize("ending", ENDINGS)
def test_right_that_ends_while_a_message_waits_for_its_room(server, ending):
    ann, bob, eve = new_member("Ann"), new_member("Bob"), new_member("Eve")
    _organization, room = organization_of(ann, bob, eve)

    def end() -> None:
        ENDINGS[ending](Member.objects.get(pk=eve.pk))
        connection.close()

    with Chat(server, ann) as a, Chat(server, bob) as b, Chat(server, eve) as e:
        with transaction.atomic():
            Room.objects.select_for_update().get(pk=room.pk)
            first = a.say(room.pk, "first")
            wait_until(somebody_waits)
            second = e.say(room.pk, "second")
            b.say(room.pk, "third")
            ended = Thread(target=end)
            ended.start()
            ended.join()
        a.until("message.new", lambda frame: frame["client_id"] == first)

        if ending == "leaving":
            # What it was sent comes first; an answer to its message is an error.
            assert e.until("error")["client_id"] == second
        else:
            assert e.close_code() == 4401
        heard = b.messages(1, room.pk) + b.messages(1, room.pk)
        assert [frame["message"] for frame in heard] == ["first", "third"]
    stored = Message.objects.filter(room=room.pk).order_by("number")
    assert [*stored.values_list("number", "text")] == [(1, "first"), (2, "third")]


class Talking:
    """A client in one room, on one server after another; it repeats what is open."""

    def __init__(self, member: Member, room_id: int) -> None:
        self.member, self.room_id = member, room_id
        self.heard: list[tuple[int, str]] = []
        self.open: set[str] = set()

    def connect(self, server) -> None:
        self.chat = Chat(server, self.member)
        self.chat.send(type="resume", rooms={str(self.room_id): len(self.heard)})
        for frame in self.chat.all_until("resumed"):
            self.take(frame)
        for name in sorted(self.open):
            self.chat.say(self.room_id, "again", name)

    def take(self, frame: Frame) -> None:
        assert frame["type"] != "error", frame
        if frame["type"] == "message.new" and frame["room"] == self.room_id:
            self.open.discard(frame["client_id"])
            if frame["id"] > len(self.heard):
                self.heard.append((frame["id"], frame["client_id"]))

    def listen(self, is_enough: Callable[[], bool]) -> None:
        while not is_enough():
            self.take(self.chat.next())

    def listen_to_the_end(self) -> None:
        try:
            self.listen(lambda: False)
        except ConnectionClosed:
            self.chat.close()


@pytest.mark.parametrize("enough", [1, 20, 60])
def test_server_killed_while_it_stores_loses_and_doubles_nothing(
    server, tmp_path, redis_url, enough
):
    """`enough`: after so many messages it is killed."""
    members = [new_member(name) for name in ("Ann", "Bob", "Cid", "Dan", "Eve", "Fay")]
    _organization, room = organization_of(*members)
    clients = [Talking(member, room.pk) for member in members]
    with daphne(tmp_path, REDIS_URL=redis_url) as doomed:
        for client in clients:
            client.connect(doomed)
        for _i in range(15):
            for client in clients:
                client.open.add(client.chat.say(room.pk, "at first"))
        clients[0].listen(lambda: len(clients[0].heard) >= enough)
        os.kill(doomed.pid, signal.SIGKILL)
        for client in clients:
            client.listen_to_the_end()
        confirmed = {
            name: number for client in clients for number, name in client.heard
        }

    for client in clients:
        client.connect(server)
    for client in clients:
        client.listen(lambda c=client: not c.open and len(c.heard) == 90)

    stored = Message.objects.filter(room=room.pk).order_by("number")
    rows = [(number, str(name)) for number, name in stored.values_list(
        "number", "client_id"
    )]  # fmt: skip
    assert [number for number, _name in rows] == [*range(1, 91)]
    assert len({name for _number, name in rows}) == 90
    assert all(client.heard == rows for client in clients)
    assert confirmed.items() <= {name: number for number, name in rows}.items()
    for client in clients:
        client.chat.close()
