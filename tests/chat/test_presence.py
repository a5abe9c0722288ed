"""Counting sockets in Redis; tests/live/test_chat_presence.py has the sockets."""

import pytest
import redis as redis_client
from django.conf import settings

from chat.constants import MAX_SOCKETS
from chat.presence import SERVERS, Entry, Exit, Presence, TooManySockets

MEMBER = 2**62


def enter(server: Presence, count: int, member_id: int = MEMBER) -> object:
    (answer,) = server.record([Entry(member_id, count)])
    return answer


def leave(server: Presence, count: int) -> object:
    (answer,) = server.record([Exit(MEMBER, count)])
    return answer


@pytest.fixture
def redis():
    client = redis_client.Redis.from_url(settings.REDIS_URL)
    yield client
    for key in client.scan_iter(f"{SERVERS}*"):
        client.delete(key)
    client.close()


def test_member_is_online_from_the_first_socket_to_the_last(redis):
    one, other = Presence(), Presence()

    assert enter(one, 1)
    assert not enter(other, 1)
    assert other.online([MEMBER, MEMBER + 1]) == {MEMBER}
    assert not leave(one, 0)
    assert leave(other, 0)
    assert one.online([MEMBER]) == set()


def test_sockets_of_all_servers_are_limited_together(redis):
    one, other = Presence(), Presence()
    enter(other, 1)
    for count in range(1, MAX_SOCKETS):
        enter(one, count)

    assert isinstance(enter(one, MAX_SOCKETS), TooManySockets)

    leave(other, 0)
    assert not enter(one, MAX_SOCKETS)


def test_steps_together_are_as_one_after_the_other(redis):
    server, other = Presence(), MEMBER + 1

    answers = server.record(
        [
            Entry(MEMBER, 1),
            Entry(other, 1),
            Entry(MEMBER, 2),
            Exit(other, 0),
            Exit(MEMBER, 1),
            Entry(other, MAX_SOCKETS + 1),
            Entry(other, 1),
        ]
    )

    assert isinstance(answers.pop(5), TooManySockets)
    assert answers == [True, True, False, True, False, True]
    assert server.online([MEMBER, other]) == {MEMBER, other}
    assert server.record([]) == []


def test_beat_puts_back_what_redis_forgot(redis):
    server = Presence()
    enter(server, 1)
    assert not server.beat({MEMBER: 1})  # the first
    assert server.beat({MEMBER: 1})
    redis.delete(SERVERS, f"{SERVERS}:{server.server}")

    assert not server.beat({MEMBER: 2})

    assert server.online([MEMBER]) == {MEMBER}
    assert not leave(server, 1)
    assert leave(server, 0)


def test_members_of_a_dead_server_are_found_once(redis):
    dead, alive = Presence(), Presence()
    for member in (MEMBER, MEMBER + 1):
        enter(dead, 1, member)
    enter(alive, 1)
    dead.beat({MEMBER: 1, MEMBER + 1: 1})
    assert alive.bury() == []
    redis.zadd(SERVERS, {dead.server: 1})

    assert alive.bury() == [MEMBER + 1]
    assert alive.bury() == []
