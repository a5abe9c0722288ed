"""The chat as clients have it: talking, reading, typing."""

from uuid import uuid4

import pytest

from chat import services
from tests.harness.chat import Chat, match, new_member


def user(chat: Chat) -> dict[str, object]:
    return {"id": chat.member.pk, "first_name": chat.member.first_name}


def test_two_members_talk_in_the_lobby_as_the_document_has_it(server):
    with Chat(server, new_member("Ann")) as ann, Chat(server, new_member("Bob")) as bob:
        ann.send(message="Привет")
        bob.send(message="Hello")

        heard = [ann.messages(2), bob.messages(2)]

        assert heard[0] == heard[1]
        assert [frame["id"] for frame in heard[0]] == [1, 2]
        first = next(f for f in heard[0] if f["message"] == "Привет")
        assert first == {
            "type": "message.new",
            "id": first["id"],
            "room": ann.lobby["id"],
            "user": user(ann),
            "message": "Привет",
            "sent_at": first["sent_at"],
            "client_id": None,
        }


def test_welcome_tells_the_rooms_and_what_is_unread(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as writer:
        writer.say(room, "one")
        writer.say(room, "two")
        writer.messages(2, room)

    with Chat(server, bob) as reader:
        assert reader.welcome == {
            "type": "welcome",
            "user": user(reader),
            "rooms": [
                {
                    "id": reader.lobby["id"],
                    "kind": "lobby",
                    "title": "Lobby",
                    "last_id": 0,
                    "read_id": 0,
                    "unread": 0,
                    "user": None,
                },
                {
                    "id": room,
                    "kind": "direct",
                    "title": "Ann",
                    "last_id": 2,
                    "read_id": 0,
                    "unread": 2,
                    "user": {"id": ann.pk, "first_name": "Ann"},
                },
            ],
        }


def test_direct_message_reaches_the_two_and_nobody_else(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with (
        Chat(server, ann) as a,
        Chat(server, ann) as phone,
        Chat(server, bob) as b,
        Chat(server, new_member("Eve")) as eve,
    ):
        client_id = a.say(room, "hi")

        heard = [chat.messages(1, room) for chat in (a, phone, b)]

        assert heard[0] == heard[1] == heard[2]
        assert heard[0][0]["client_id"] == client_id
        assert eve.silence() == []


def test_repeated_client_id_is_the_same_message(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        client_id = a.say(room, "once")
        first = a.messages(1, room)
        b.messages(1, room)

        a.say(room, "once", client_id)
        a.say(room, "twice")

        assert a.messages(1, room) == first
        assert [f["id"] for f in a.messages(1, room) + b.messages(1, room)] == [2, 2]


def test_repeat_does_not_overtake_what_is_before_it(server):
    """They were stored where no server listens."""
    ann, bob = new_member("Ann"), new_member("Bob")
    room, client_id = match(ann, bob), uuid4()
    with Chat(server, ann) as a:
        services.send_message(bob, room, "first", None)
        services.send_message(ann, room, "mine", client_id)

        a.say(room, "mine", str(client_id))

        heard = a.messages(2, room)
        assert [frame["message"] for frame in heard] == ["first", "mine"]
        assert heard[1]["client_id"] == str(client_id)
        # Once more, if the server had found them before it was asked.
        assert {frame["id"] for frame in a.silence()} <= {2}


@pytest.mark.parametrize("is_to_come", [False, True])
def test_repeat_of_a_hidden_message_is_hidden(server, is_to_come):
    ann, bob = new_member("Ann"), new_member("Bob")
    room, client_id = match(ann, bob), uuid4()
    if not is_to_come:
        message, _is_new = services.send_message(ann, room, "hide me", client_id)
    with Chat(server, ann) as a:
        if is_to_come:
            message, _is_new = services.send_message(ann, room, "hide me", client_id)
        services.hide_message(message)

        a.say(room, "hide me", str(client_id))

        hidden = {"type": "message.hidden", "room": room, "id": 1}
        answer = hidden | {"client_id": str(client_id)}
        assert a.until("message.hidden", lambda f: "client_id" in f) == answer


def test_reading_is_told_to_the_room(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        a.say(room, "read me")
        b.messages(1, room)

        b.send(type="message.read", room=room, id=1)

        told = {"type": "message.read", "room": room, "id": 1, "user": user(b)}
        assert a.until("message.read") == b.until("message.read") == told
    with Chat(server, bob) as b:
        assert [r["unread"] for r in b.welcome["rooms"]] == [0, 0]


def test_reading_the_lobby_is_told_to_the_members_own_devices(server):
    bob = new_member("Bob")
    with (
        Chat(server, new_member("Ann")) as ann,
        Chat(server, bob) as b,
        Chat(server, bob) as phone,
    ):
        ann.send(message="read me")
        for chat in (ann, b, phone):
            chat.messages(1)

        b.send(type="message.read", room=b.lobby["id"], id=1)

        assert b.until("message.read") == phone.until("message.read")
        assert ann.silence() == []


def test_typing_is_told_to_the_others(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        a.send(type="typing", room=room)

        assert b.until("typing") == {"type": "typing", "room": room, "user": user(a)}
        assert "typing" not in {frame["type"] for frame in a.silence()}


def test_error_names_the_clients_message_and_closes_nothing(server):
    with Chat(server, new_member("Ann")) as ann:
        client_id = ann.say(ann.lobby["id"] + 1000, "to nobody")

        assert ann.next() == {
            "type": "error",
            "code": "room_unknown",
            "detail": "There is no such room.",
            "client_id": client_id,
        }
        ann.send(message="to everybody")
        assert ann.messages(1)[0]["id"] == 1
