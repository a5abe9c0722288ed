"""Broadcasts that are lost: the numbers tell, and nobody has to come anew."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from chat import services
from tests.harness.chat import Chat, match, new_member
from tests.harness.daphne import Server, daphne
from tests.harness.database import Backends
from tests.harness.redis_server import RedisServer
from tests.harness.waiting import wait_until

PROMISED_S = 10


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory):
    with RedisServer(tmp_path_factory.mktemp("redis")) as made:
        yield made


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, own_redis):
    with daphne(tmp_path_factory.mktemp("live"), REDIS_URL=own_redis.url) as made:
        yield made


@pytest.fixture(scope="module")
def other_server(django_db_setup, tmp_path_factory, own_redis):
    with daphne(tmp_path_factory.mktemp("live"), REDIS_URL=own_redis.url) as made:
        yield made


@pytest.fixture(scope="module")
def lonely_server(django_db_setup, tmp_path_factory):
    """One that cannot reach Redis at all."""
    nowhere = "redis://127.0.0.1:1/0"
    with daphne(tmp_path_factory.mktemp("live"), REDIS_URL=nowhere) as made:
        yield made


def test_losses_are_looked_for_often_enough():
    """What follows waits for as long as a slow machine needs."""
    assert 2 * settings.CHAT_REPAIR_S < PROMISED_S


def test_servers_tell_each_other(server, other_server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(other_server, bob) as b:
        a.say(room, "hi")

        assert a.messages(1, room) == b.messages(1, room)


def test_message_that_was_never_broadcast(server):
    """It is stored here, where no server listens."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, bob) as b, Chat(server, bob) as phone:
        for i in range(3):
            services.send_message(ann, room, f"lost {i}", None)

        heard = b.messages(3, room)

        assert [frame["message"] for frame in heard] == ["lost 0", "lost 1", "lost 2"]
        assert phone.messages(3, room) == heard


def test_gap_is_filled_before_what_follows_it(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        services.send_message(ann, room, "lost", None)
        a.say(room, "follows")

        heard = b.messages(2, room)

        assert [frame["message"] for frame in heard] == ["lost", "follows"]
        assert [frame["id"] for frame in heard] == [1, 2]
        assert a.messages(2, room) == heard


def test_hiding_that_was_never_broadcast(server):
    """By staff here, where no server listens, and by the database with an account."""
    ann, bob, cid = new_member("Ann"), new_member("Bob"), new_member("Cid")
    room = match(ann, bob)
    with Chat(server, bob) as b:
        lobby = b.lobby["id"]
        message, _is_new = services.send_message(ann, room, "hide me", None)
        last, _is_new = services.send_message(cid, lobby, "and this", None)
        b.messages(2)

        services.hide_message(message)
        assert b.next() == {"type": "message.hidden", "room": room, "id": 1}
        cid.delete()
        hidden = {"type": "message.hidden", "room": lobby, "id": last.number}
        assert b.next() == hidden

        # Each once.
        services.send_message(ann, room, "in a later round", None)
        assert b.next()["type"] == "message.new"


@contextmanager
def complaining(*servers: Server) -> Iterator[None]:
    """The channel layer's own receiver says as an error that it was cut off."""
    sizes = [server.log.stat().st_size for server in servers]
    yield
    for server, size in zip(servers, sizes, strict=True):
        errors = [line for line in server.errors_since(size) if " ERROR " in line]
        assert all("channels_redis.pubsub" in line for line in errors), errors
        server.log.write_text("")


def cut_off(own_redis: RedisServer) -> None:
    for kind in ("pubsub", "normal"):
        own_redis.client.execute_command(
            "CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes"
        )


def restart(own_redis: RedisServer) -> None:
    own_redis.kill()
    own_redis.start()


@pytest.mark.parametrize(
    "break_it", [lambda own: own.client.flushall(), cut_off, restart],
    ids=["emptied", "cut off", "restarted"],
)  # fmt: skip
def test_redis_that_forgets(server, other_server, own_redis, break_it):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with (
        complaining(server, other_server),
        Chat(server, ann) as a,
        Chat(other_server, bob) as b,
    ):
        break_it(own_redis)

        for text in ("still here?", "and here?"):
            a.say(room, text)

            assert a.messages(1, room)[0]["message"] == text
            assert b.messages(1, room)[0]["message"] == text


def test_server_without_redis(server, lonely_server):
    """Its own sockets hear at once; the others' messages come by the database."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(lonely_server, ann) as a, Chat(lonely_server, bob) as b:
        a.say(room, "here")
        assert b.messages(1, room)[0]["message"] == "here"
        with Chat(server, ann) as far:
            far.say(room, "there")

            assert b.messages(1, room)[0]["message"] == "there"
            a.say(room, "and back")
            assert [f["message"] for f in far.messages(2, room)] == [
                "there",
                "and back",
            ]


def test_database_that_drops_its_connections(server):
    backends = Backends(server.name)
    with Chat(server, new_member("Ann")) as ann:
        ann.silence()  # it has come in
        for i in range(3):
            # It connects anew by itself, perhaps before the next line has looked.
            dropped = backends.pids()
            backends.terminate()
            wait_until(lambda gone=dropped: gone.isdisjoint(backends.pids()))
            ann.send(message=f"number {i}")

            assert ann.messages(1)[0]["message"] == f"number {i}"


def test_resume_at_a_server_that_is_slow_to_listen(server, own_redis):
    """Whatever holds it up: nothing newer is sent before what the client asks for."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with complaining(server), Chat(server, ann) as a:
        a.say(room, "number 1")
        a.messages(1, room)
        with own_redis.hanging(), Chat(server, bob) as b:
            b.send(type="resume", rooms={str(room): 0})
            a.say(room, "number 2")
            a.messages(1, room)

            heard = [f["id"] for f in b.silence() if f["type"] == "message.new"]
            assert heard == [1, 2]
