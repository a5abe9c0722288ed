"""Who is online: with several devices, over several servers, and after a kill."""

import os
import signal

import pytest
from django.utils import timezone

from chat import errors
from chat import services as chat_services
from events import services as event_services
from events.models import Attendance, Event, Membership, Organization
from matchmaker import services
from matchmaker.models import Member
from tests.harness.chat import Chat, match, new_member
from tests.harness.daphne import daphne
from tests.harness.waiting import wait_until

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


def put_together(**confirmed: Member) -> Organization:
    """An organization; whose name ends with `_not` has not confirmed to be in it."""
    organization = Organization.objects.create(title="Club")
    for name, member in confirmed.items():
        confirmed_at = None if name.endswith("_not") else timezone.now()
        Membership.objects.create(
            organization=organization, member=member, confirmed_at=confirmed_at
        )
    return organization


def test_who_was_named_in_an_organization_has_no_room_of_it(server, other_server):
    """Nor a room of two, until both have confirmed."""
    ann, bob, cid = new_member("Ann"), new_member("Bob"), new_member("Cid")
    club = put_together(ann=ann, bob_not=bob, cid=cid)
    with pytest.raises(errors.NotAcquainted):
        chat_services.open_direct_room(ann, bob.pk)
    with Chat(server, ann) as a:
        with Chat(other_server, cid) as c:
            assert c.next() == presence(ann, "online")
            assert a.next() == presence(cid, "online")
            with Chat(server, bob) as b, Chat(other_server, bob) as phone:
                assert [r["kind"] for r in b.welcome["rooms"]] == ["lobby"]
                assert b.silence() == phone.silence() == []
            assert a.silence() == c.silence() == []
        assert a.next() == presence(cid, "offline")

        with Chat(other_server, bob) as b:
            event_services.add_member(bob, club.pk, user=bob, role=None)
            assert b.next()["room"]["kind"] == "organization"
            assert b.next() == presence(ann, "online")
            assert a.next() == presence(bob, "online")
        assert a.next() == presence(bob, "offline")


def test_match_and_event_tell_of_who_has_not_confirmed(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    put_together(ann=ann, bob_not=bob)
    match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        assert a.next() == presence(bob, "online")
        assert b.next() == presence(ann, "online")

    cid = new_member("Cid")
    put_together(ann=ann, cid_not=cid)
    event = Event.objects.create(title="Fest", published_at=timezone.now())
    Attendance.objects.create(event=event, member=cid)
    Attendance.objects.create(event=event, member=ann)
    with Chat(server, ann) as a, Chat(server, cid):
        assert a.next() == presence(cid, "online")


def test_hidden_member_is_seen_by_matches_but_not_at_events(server):
    """Neither online, nor reading, nor typing; until they speak there."""
    ann, bob, eve = new_member("Ann"), new_member("Bob"), new_member("Eve")
    event = Event.objects.create(title="Fest", published_at=timezone.now())
    for member in (ann, bob, eve):
        Attendance.objects.create(event=event, member=member)
    match(ann, eve)
    room = event.room.pk
    with Chat(server, ann) as a, Chat(server, bob) as b, Chat(server, eve) as e:
        assert [a.next(), a.next()] == [presence(m, "online") for m in (bob, eve)]
        assert [b.next(), b.next()] == [presence(m, "online") for m in (ann, eve)]
        assert {e.next()["type"], e.next()["type"]} == {"presence"}
        a.say(room, "Hello")
        for chat in (a, b, e):
            assert chat.next()["type"] == "message.new"
        services.update_profile(eve, visibility="hidden")
        assert b.next() == presence(eve, "offline")
        assert a.next() == presence(eve, "offline")
        assert a.next() == presence(eve, "online")  # of the match

        e.send(type="message.read", room=room, id=1)
        e.send(type="typing", room=room)
        assert e.next()["type"] == "message.read"
        assert a.silence() == b.silence() == []
        with Chat(server, bob) as again:
            again.send(type="resume", rooms={str(room): 1})
            assert eve.pk not in [f.get("user", {}).get("id") for f in again.silence()]
        assert e.silence() == []

        e.say(room, "Hello!")
        assert b.next()["user"]["id"] == eve.pk
        a.until("message.new")
        services.update_profile(eve, visibility="everyone")
        assert b.next() == presence(eve, "online")


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
