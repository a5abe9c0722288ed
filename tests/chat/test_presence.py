"""Counting sockets in Redis; tests/live/test_chat_presence.py has the sockets."""

import pytest
import redis as redis_client
from django.conf import settings

from chat.constants import MAX_SOCKETS
from chat.presence import SERVERS, Presence, TooManySockets

MEMBER = 2**62


@pytest.fixture
def redis():
    client = redis_client.Redis.from_url(settings.REDIS_URL)
    yield client
    for key in client.scan_iter(f"{SERVERS}*"):
        client.delete(key)
    client.close()


def test_member_is_online_from_the_first_socket_to_the_last(redis):
    one, other = Presence(), Presence()

    assert one.enter(MEMBER, 1)
    assert not other.enter(MEMBER, 1)
    assert other.online([MEMBER, MEMBER + 1]) == {MEMBER}
    assert not one.leave(MEMBER, 0)
    assert other.leave(MEMBER, 0)
    assert one.online([MEMBER]) == set()


def test_sockets_of_all_servers_are_limited_together(redis):
    one, other = Presence(), Presence()
    other.enter(MEMBER, 1)
    for count in range(1, MAX_SOCKETS):
        one.enter(MEMBER, count)

    with pytest.raises(TooManySockets):
        one.enter(MEMBER, MAX_SOCKETS)

    other.leave(MEMBER, 0)
    assert not one.enter(MEMBER, MAX_SOCKETS)


def test_beat_puts_back_what_redis_forgot(redis):
    server = Presence()
    server.enter(MEMBER, 1)
    assert not server.beat({MEMBER: 1})  # the first
    assert server.beat({MEMBER: 1})
    redis.delete(SERVERS, f"{SERVERS}:{server.server}")

    assert not server.beat({MEMBER: 2})

    assert server.online([MEMBER]) == {MEMBER}
    assert not server.leave(MEMBER, 1)
    assert server.leave(MEMBER, 0)


def test_members_of_a_dead_server_are_found_once(redis):
    dead, alive = Presence(), Presence()
    for member in (MEMBER, MEMBER + 1):
        dead.enter(member, 1)
    alive.enter(MEMBER, 1)
    dead.beat({MEMBER: 1, MEMBER + 1: 1})
    assert alive.bury() == []
    redis.zadd(SERVERS, {dead.server: 1})

    assert alive.bury() == [MEMBER + 1]
    assert alive.bury() == []
