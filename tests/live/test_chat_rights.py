"""What ends a right acts on open sockets, and what gives one too."""

import time
from collections.abc import Callable

import httpx
import pytest
from django.db.models.functions import Now
from rest_framework_simplejwt.tokens import AccessToken
from websockets.exceptions import InvalidStatus

from events.models import Event
from matchmaker import services
from matchmaker.models import Member
from tests.harness.chat import Chat, Frame, match, new_member, token_of
from tests.harness.daphne import daphne
from tests.harness.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory, redis_url):
    folder = tmp_path_factory.mktemp("live")
    with daphne(folder, REDIS_URL=redis_url, CHAT_REPAIR_S="1") as made:
        yield made


def as_member(server, member: Member) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token_of(member)}"}
    return server.client(headers=headers)


@pytest.fixture
def call(server) -> Callable[..., httpx.Response]:
    """Ask the server for something, as a member."""

    def ask(member: Member, method: str, path: str, **body: object) -> httpx.Response:
        with as_member(server, member) as client:
            answer = client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer

    return ask


def gone(room: int) -> Frame:
    return {"type": "room.gone", "room": room}


def test_match_opens_a_room_on_open_sockets(server, call):
    ann, bob = new_member("Ann"), new_member("Bob")
    with Chat(server, ann) as a, Chat(server, bob) as b:
        call(ann, "POST", f"/api/clients/{bob.pk}/match/")
        call(bob, "POST", f"/api/clients/{ann.pk}/match/")

        opened = a.until("room.new")["room"]
        assert opened == {
            "id": opened["id"],
            "kind": "direct",
            "title": "Bob",
            "last_id": 0,
            "read_id": 0,
            "unread": 0,
            "user": {"id": bob.pk, "first_name": "Bob"},
        }
        whom = {"id": ann.pk, "first_name": "Ann"}
        assert b.until("room.new")["room"] == opened | {"title": "Ann", "user": whom}
        assert a.until("presence")["user"]["id"] == bob.pk
        a.say(opened["id"], "hi")
        assert b.messages(1, opened["id"])[0]["message"] == "hi"


@pytest.mark.parametrize("how", ["block", "match"])
def test_end_of_a_match_closes_the_room_on_open_sockets(server, call, how):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        if how == "block":
            call(ann, "POST", f"/api/clients/{bob.pk}/block/")
        else:
            call(ann, "DELETE", f"/api/clients/{bob.pk}/match/")

        assert a.until("room.gone") == b.until("room.gone") == gone(room)
        for frame in (
            {"type": "message.send", "room": room, "message": "still?"},
            {"type": "typing", "room": room},
            {"type": "message.read", "room": room, "id": 0},
            {"type": "resume", "rooms": {str(room): 0}},
        ):
            b.send(**frame)
            assert b.until("error")["code"] in ("room_unknown", "frame_invalid")
        assert a.silence() == []


def test_blocked_members_are_hidden_from_each_other_in_the_lobby(server, call):
    ann, bob, cid = new_member("Ann"), new_member("Bob"), new_member("Cid")
    with Chat(server, ann) as a, Chat(server, bob) as b, Chat(server, cid) as c:
        lobby = a.lobby["id"]
        call(ann, "POST", f"/api/clients/{bob.pk}/block/")
        b.send(message="from Bob")
        c.until("message.new")
        a_sees = a.next()
        a.send(message="from Ann")

        assert a_sees == {"type": "message.hidden", "room": lobby, "id": 1}
        assert b.messages(1)[0]["id"] == 1
        assert b.next() == {"type": "message.hidden", "room": lobby, "id": 2}
        assert c.messages(1)[0]["message"] == "from Ann"

        call(ann, "DELETE", f"/api/clients/{bob.pk}/block/")
        a.messages(1)
        a.send(type="resume", rooms={str(lobby): 0})
        assert [f["message"] for f in a.messages(2)] == ["from Bob", "from Ann"]


def test_attendees_come_into_the_room_of_an_event_and_leave_it(server, call):
    ann, bob = new_member("Ann"), new_member("Bob")
    event = call(ann, "POST", "/api/events/create/", title="Fest").json()["id"]
    _publish(event)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        room = next(r["id"] for r in a.welcome["rooms"] if r["kind"] == "event")
        call(bob, "POST", f"/api/events/{event}/attend/")
        assert b.until("room.new")["room"]["id"] == room
        a.say(room, "welcome")
        assert b.messages(1, room)[0]["id"] == 1

        call(bob, "DELETE", f"/api/events/{event}/attend/")

        assert b.until("room.gone") == gone(room)
        a.say(room, "who is left?")
        a.messages(2, room)
        assert b.silence() == []


def _publish(event_id: int) -> None:
    """Without its minute."""
    Event.objects.filter(pk=event_id).update(published_at=Now(), publish_at=Now())


@pytest.mark.parametrize("how", ["sign-out", "password", "deactivated", "deleted"])
def test_dead_token_ends_the_socket(server, call, how):
    ann = new_member("Ann")
    with Chat(server, ann) as chat:
        if how == "sign-out":
            call(ann, "POST", "/api/auth/token/logout/")
        elif how == "deleted":
            call(ann, "DELETE", "/api/clients/me/")
        elif how == "deactivated":  # by a process whose broadcast is lost
            Member.objects.filter(pk=ann.pk).update(is_active=False)
        else:
            services.sign_out_everywhere(ann)

        assert chat.close_code() == 4401


def test_expired_token_ends_the_socket(server):
    ann = new_member("Ann")
    token = AccessToken(token_of(ann))
    for life_s in (4, PATIENCE_S):  # a slow machine takes longer to let it in
        token.payload["exp"] = int(time.time()) + life_s
        headers = {"Authorization": f"Bearer {token}"}
        try:
            chat = Chat(server, ann, additional_headers=headers)
            break
        except InvalidStatus:
            continue

    with chat:
        assert chat.close_code() == 4401
    assert time.time() >= token.payload["exp"]
