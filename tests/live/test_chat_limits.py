"""What one member may take of a server: messages, frames, sockets, memory."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from matchmaker.models import Member
from tests.harness.chat import Chat, match, new_member, token_of
from tests.harness.daphne import daphne
from tests.harness.deaf import MIB, deaf_client, fill_buffers, is_dropped
from tests.harness.programs import resident_bytes
from tests.harness.waiting import PATIENCE_S, wait_until


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    limits = {"THROTTLES": "on", "SLOW_READER_S": "5"}
    with daphne(folder, REDIS_URL=redis_url, **limits) as made:
        yield made


@pytest.fixture(scope="module")
def other_server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, THROTTLES="on") as made:
        yield made


def test_messages_a_second_over_all_sockets(server, other_server):
    ann = new_member("Ann")
    with Chat(server, ann) as a, Chat(other_server, ann) as phone:
        started = time.monotonic()
        for _i in range(30):
            for chat in (a, phone):
                chat.say(chat.lobby["id"], "x")
        frames = {chat: chat.silence() for chat in (a, phone)}
        took_s = time.monotonic() - started
        refused = [f for got in frames.values() for f in got if f["type"] == "error"]
        new = 60 - len(refused)
        for chat, got in frames.items():
            while sum(f["type"] == "message.new" for f in got) < new:
                got.append(chat.next())

    assert {f["code"] for f in refused} == {"slow_down"}
    assert all(f["client_id"] for f in refused)
    assert 20 <= new <= 20 + 10 * took_s + 1
    for got in frames.values():
        ids = [f["id"] for f in got if f["type"] == "message.new"]
        assert ids == [*range(1, new + 1)]


def test_slow_down_is_over_soon(server):
    with Chat(server, new_member("Ann")) as ann:
        for _i in range(100):
            ann.send(message="x")
        assert ann.until("error")["code"] == "slow_down"
        ann.silence()

        def is_let_through() -> bool:
            ann.send(message="again")
            return ann.next()["type"] == "message.new"

        wait_until(is_let_through)


def test_frames_a_second(server):
    with Chat(server, new_member("Ann")) as ann:
        for _i in range(300):
            ann.send(type="ping")
        answers = [ann.next() for _i in range(300)]

        kinds = [frame["type"] for frame in answers]
        assert kinds.count("pong") >= 100
        assert {f["code"] for f in answers if f["type"] == "error"} == {"slow_down"}


def test_sockets_of_a_member(server, other_server):
    ann = new_member("Ann")
    servers = [server, other_server]
    chats = [Chat(servers[i % 2], ann) for i in range(20)]
    for each in servers:
        with pytest.raises(InvalidStatus) as refused:
            Chat(each, ann)
        assert refused.value.response.status_code == 403
    with Chat(server, new_member("Bob")):
        pass

    chats.pop().close()

    wait_until(lambda: _is_let_in(server, ann))
    for chat in chats:
        chat.close()


def test_sockets_of_a_member_at_once(server, other_server):
    """However they race, it is twenty that are let in."""
    ann = new_member("Ann")
    servers = [server, other_server]
    headers = {"Authorization": f"Bearer {token_of(ann)}"}

    def try_it(i: int) -> Chat | None:
        try:
            return Chat(servers[i % 2], ann, additional_headers=headers)
        except InvalidStatus:
            return None

    with ThreadPoolExecutor(30) as threads:
        chats = [chat for chat in threads.map(try_it, range(30)) if chat]

    assert len(chats) == 20
    for chat in chats:
        chat.close()


def _is_let_in(server, member) -> bool:
    try:
        Chat(server, member).close()
    except InvalidStatus:
        return False
    return True


@pytest.fixture
def deaf_member() -> Member:
    return new_member("Deaf")


@pytest.fixture
def deaf(server, deaf_member) -> Iterator[socket.socket]:
    """A client that opens a socket and reads nothing, with small buffers."""
    client = deaf_client(server, deaf_member)
    yield client
    client.close()


def test_deaf_client_fills_no_memory_and_is_dropped(server, deaf):
    """More is said than the buffers of both sides hold; the others hear all of it."""
    before = resident_bytes([server.pid])
    fill_buffers(server)

    assert resident_bytes([server.pid]) - before < 30 * MIB
    wait_until(lambda: is_dropped(deaf))


def test_deaf_client_is_dropped_whatever_else_it_is_sent(server, deaf_member, deaf):
    friend = new_member("Friend")
    match(deaf_member, friend)
    fill_buffers(server)

    def is_dropped_by_now() -> bool:
        with Chat(server, friend):  # two frames of presence, which do not wait
            return is_dropped(deaf)

    wait_until(is_dropped_by_now)


def test_deaf_client_that_pings_without_end(server, deaf):
    before = resident_bytes([server.pid])
    pings = (b"\x89\xfd\0\0\0\0" + b"x" * 125) * 100
    deaf.settimeout(1)

    def is_cut_off() -> bool:
        try:
            deaf.sendall(pings)
        except ConnectionError:
            return True
        return False

    wait_until(is_cut_off)
    assert resident_bytes([server.pid]) - before < 10 * MIB


def test_pings_without_end_are_ended_with_a_word(server):
    with Chat(server, new_member("Ann")) as ann:
        pongs = [ann.socket.ping() for _i in range(100)]
        assert all(pong.wait(PATIENCE_S) for pong in pongs)
        with suppress(ConnectionClosed):
            for _i in range(500):
                ann.socket.ping()

        assert ann.close_code() == 1008
