"""Counting sockets in Redis; tests/live/test_chat_presence.py has the sockets."""

from chat.presence import Presence


def test_who_comes_before_the_first_beat_stays_counted():
    server, member_id = Presence(), 2**62
    sockets: dict[int, int] = {}  # as the beat read them, a moment before
    server.enter(member_id)

    server.beat(sockets)

    assert server.online([member_id]) == {member_id}
    assert server.leave(member_id)
