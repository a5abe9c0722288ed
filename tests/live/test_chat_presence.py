"""Who is online: with several devices, over several servers, and after a kill."""

import os
import signal

import pytest

from tests.live.chat import Chat, match, new_member
from tests.live.conftest import daphne
from tests.live.wire import wait_until

# Slower ones than these and a busy machine takes a server for dead.
BEATS = {"CHAT_BEAT_S": "1.5"}


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, **BEATS) as made:
        yield made


@pytest.fixture(scope="module")
def other_server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, **BEATS) as made:
        yield made


def presence(member, status: str) -> dict[str, object]:
    user = {"id": member.pk, "first_name": member.first_name}
    return {"type": "presence", "user": user, "status": status}


def test_member_is_online_from_the_first_device_to_the_last(server, other_server):
    ann, bob = new_member("Ann"), new_member("Bob")
    match(ann, bob)
    with Chat(server, ann) as a:
        with Chat(server, bob):
            assert a.next() == presence(bob, "online")
            with Chat(other_server, bob):
                pass
            assert a.silence() == []
        assert a.next() == presence(bob, "offline")
        with Chat(other_server, bob) as b:
            assert a.next() == presence(bob, "online")
            assert b.next() == presence(ann, "online")


def test_strangers_in_the_lobby_are_not_told(server):
    with Chat(server, new_member("Ann")) as ann:
        with Chat(server, new_member("Bob")):
            pass
        assert ann.silence() == []


def test_members_of_a_killed_server_go_offline(server, tmp_path, redis_url):
    ann, bob, cid = new_member("Ann"), new_member("Bob"), new_member("Cid")
    match(ann, bob)
    match(ann, cid)
    with Chat(server, ann) as a, Chat(server, cid):
        assert a.next() == presence(cid, "online")
        with daphne(tmp_path, REDIS_URL=redis_url, **BEATS) as doomed:
            b, _other_device = Chat(doomed, bob), Chat(doomed, cid)
            assert a.next() == presence(bob, "online")
            os.kill(doomed.pid, signal.SIGKILL)
            # Cid has one at the server that lives.
            assert a.next() == presence(bob, "offline")
            assert a.silence() == []
            assert b.close_code() == 1006


def test_server_that_stops_says_so(server, tmp_path, redis_url):
    ann, bob = new_member("Ann"), new_member("Bob")
    match(ann, bob)
    with Chat(server, ann) as a:
        with daphne(tmp_path, REDIS_URL=redis_url, **BEATS) as doomed:
            b = Chat(doomed, bob)
            assert a.next() == presence(bob, "online")
        assert b.close_code() == 1012
        assert a.next() == presence(bob, "offline")


def test_presence_after_redis_forgot_it(server, queue):
    ann, bob = new_member("Ann"), new_member("Bob")
    match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        assert a.next() == presence(bob, "online")
        queue.flushdb()
        wait_until(lambda: _is_counted(queue, bob.pk))

        with Chat(server, bob):
            assert a.silence() == []
        b.close()
        assert a.next() == presence(bob, "offline")


def _is_counted(queue, member_id: int) -> bool:
    servers = queue.scan_iter("chat:servers:*")
    return any(queue.hget(server, member_id) for server in servers)
