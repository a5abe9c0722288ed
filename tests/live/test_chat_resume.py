"""What a client missed comes again: all of it, in order, once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread

from django.utils import timezone

from chat import services
from events.models import Attendance, Event
from matchmaker.models import Member
from matchmaker.services import block_member
from tests.harness.chat import Chat, match, new_member


def ids(frames: list[dict]) -> list[int]:
    return [frame["id"] for frame in frames if frame["type"] == "message.new"]


@contextmanager
def talking(chat: Chat, room: int, until: int) -> Iterator[None]:
    """Say as many things as there are numbers, as fast as they are stored."""
    stopping = Flag()

    def talk() -> None:
        for number in range(1, until + 1):
            chat.say(room, f"number {number}")
            if number % 10 == 0:
                chat.messages(10, room)
            if stopping.is_set():
                return

    thread = Thread(target=talk)
    thread.start()
    try:
        yield
        thread.join()
    finally:
        stopping.set()
        thread.join()


def test_resume_replays_what_came_meanwhile(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a:
        for i in range(1, 6):
            a.say(room, f"number {i}")
        sent = a.messages(5, room)

    with Chat(server, bob) as b:
        lobby = b.lobby["id"]
        b.send(type="resume", rooms={str(room): 2, str(lobby): 0})

        # Who sends has read.
        read = {"type": "message.read", "room": room, "id": 5, "user": user_of(ann)}
        assert b.all_until("resumed") == [*sent[2:], read]
        b.send(type="resume", rooms={str(room): 0})
        *replayed, last = [b.next() for _i in range(7)]
        assert replayed == [*sent, read]
        assert last == {"type": "resumed", "rooms": {str(room): 5}}


def test_resume_tells_what_was_hidden_and_who_has_read(server):
    """All of it while the client was away."""
    ann, bob, eve = new_member("Ann"), new_member("Bob"), new_member("Eve")
    room = match(ann, bob)
    sent = [services.send_message(ann, room, f"number {i}", None)[0] for i in range(4)]
    services.mark_read(bob, room, 3)
    for message in (sent[1], sent[0], sent[3]):
        services.hide_message(message)

    with Chat(server, ann) as a, Chat(server, eve) as e:
        hidden = {"type": "message.hidden", "room": room}
        read = {"type": "message.read", "room": room, "id": 3, "user": user_of(bob)}
        a.send(type="resume", rooms={str(room): 3})
        heard = [f for f in a.all_until("resumed") if f["type"] != "presence"]
        assert heard == [hidden | {"id": number} for number in (4, 1, 2)] + [read]

        e.send(type="resume", rooms={str(room): 3})
        assert [f["type"] for f in e.all_until("resumed")] == ["error"]


def user_of(member: Member) -> dict[str, object]:
    return {"id": member.pk, "first_name": member.first_name}


def test_resume_tells_no_positions_across_a_block_nor_of_who_left(server):
    ann, bob, cid, dan = (new_member(name) for name in ("Ann", "Bob", "Cid", "Dan"))
    event = Event.objects.create(title="Fest", published_at=timezone.now())
    for member in (ann, bob, cid, dan):
        Attendance.objects.create(event=event, member=member)
    room = event.room.pk
    services.send_message(ann, room, "read me", None)
    for member in (bob, cid, dan):
        services.mark_read(member, room, 1)
    block_member(cid, ann.pk)
    Attendance.objects.filter(member=dan).delete()

    with Chat(server, ann) as a:
        a.send(type="resume", rooms={str(room): 1, str(a.lobby["id"]): 0})

        read = {"type": "message.read", "room": room, "id": 1, "user": user_of(bob)}
        assert a.all_until("resumed") == [read]


def test_resume_after_more_than_a_page(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, talking(a, room, until=250):
        pass

    with Chat(server, bob) as b:
        b.send(type="resume", rooms={str(room): 0})

        assert ids(b.all_until("resumed")) == [*range(1, 251)]


def test_resume_while_others_talk(server):
    """A client that drops its connection again and again misses and doubles nothing."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room, last = match(ann, bob), 300
    heard: list[int] = []
    drops = 0
    with Chat(server, ann) as a, talking(a, room, until=last):
        while heard[-1:] != [last]:
            with Chat(server, bob) as b:
                b.send(type="resume", rooms={str(room): len(heard)})
                resumed = False
                # Some after the replay too, so that live ones follow it.
                for _i in range(30):
                    frame = b.next()
                    resumed |= frame["type"] == "resumed"
                    heard += ids([frame])
                    if heard[-1:] == [last]:
                        break
                drops += 1

    assert heard == [*range(1, last + 1)]
    assert drops > 5


def test_silent_client_gets_what_is_new_in_order(server):
    """One that never resumes starts where its welcome says."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room, last = match(ann, bob), 120
    with Chat(server, ann) as a, talking(a, room, until=last):
        a.say(room, "one more, so that the last is not missed")
        with Chat(server, bob) as b:
            start = next(r["last_id"] for r in b.welcome["rooms"] if r["id"] == room)
            heard: list[int] = []
            while heard[-1:] != [last + 1] and start <= last:
                heard += ids([b.next()])

    assert heard == [*range(start + 1, last + 2)]


def test_two_talk_at_once_and_all_hear_the_same_order(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    with Chat(server, ann) as a, Chat(server, bob) as b, Chat(server, ann) as phone:
        lobby = a.lobby["id"]
        for i in range(50):
            a.say(lobby, f"a {i}")
            b.say(lobby, f"b {i}")

        heard = [chat.messages(100, lobby) for chat in (a, b, phone)]

        assert heard[0] == heard[1] == heard[2]
        assert ids(heard[0]) == [*range(1, 101)]


def test_client_that_reads_late_gets_all_in_order(server):
    """It is sent no more while it does not read, and the rest from the database."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room, text, count = match(ann, bob), "🙂" * 3_900, 200
    with Chat(server, ann) as a, Chat(server, bob, max_queue=1) as b:
        for i in range(count):
            a.socket.send(
                json.dumps(
                    {"type": "message.send", "room": room, "message": text},
                    ensure_ascii=False,
                )
            )
            if i % 10 == 9:
                a.messages(10, room)

        assert ids(b.messages(count, room)) == [*range(1, count + 1)]
