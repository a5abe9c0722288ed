"""Whatever a client sends is answered, or ends its own socket with a word."""

import json
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.harness.chat import Chat, match, new_member

SEND = {"type": "message.send", "room": 1, "message": "x"}
READ = {"type": "message.read", "room": 1, "id": 1}
NO_FRAMES = [
    "", "x", "{", "[]", "null", "5", '"x"', "NaN", '{"a": NaN}', "[" * 10_000,
    '{"a":' * 8_000, "9" * 5_000, "{}", '{"type": null}', '{"type": 5}',
    '{"type": []}', '{"type": {}}', '{"type": "x"}', '{"type": "\\ud800"}',
    '{"type": "error"}', '{"type": "__class__"}', '{"message": null}',
    '{"message": 5}', '{"message": ["x"]}', '{"message": {"a": 1}}',
    "x" * 20_000, '{"message": "%s"}' % ("x" * 20_000),
]  # fmt: skip
NO_COMMANDS = [
    *[SEND | {"room": room} for room in (None, "1", 0, -1, 1.5, True, [], {}, 2**63)],
    *[SEND | {"client_id": value} for value in ("x", 5, [], {}, "", True, "\ud800")],
    {"type": "message.send", "message": "x"},
    *[READ | {"id": value} for value in (None, "1", 0, -1, True, [], 2**63, 10**400)],
    {"type": "message.read"},
    {"type": "typing"},
    {"type": "typing", "room": "1"},
    {"type": "resume"},
    *[
        {"type": "resume", "rooms": rooms}
        for rooms in (
            None, [], 5, {"x": 1}, {"1": "1"}, {"1": -1}, {"1": 2**63}, {"-1": 1},
            {"9" * 19: 1}, {"1": True}, {"1": None}, {"٣": 1},
            {str(i): 0 for i in range(1, 1_100)},
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize("text", NO_FRAMES, ids=range(len(NO_FRAMES)))
def test_no_frame_is_an_error_and_no_more(server, text):
    with Chat(server, new_member("Ann")) as ann:
        ann.socket.send(text)

        error = ann.next()

        assert error.keys() == {"type", "code", "detail", "client_id"}
        assert error["type"] == "error"
        assert error["code"] in ("frame_invalid", "type_unknown", "frame_too_large")
        assert error["detail"]
        assert ann.silence() == []


def test_no_command_is_an_error_and_no_more(server):
    with Chat(server, new_member("Ann")) as ann:
        for frame in NO_COMMANDS:
            ann.socket.send(json.dumps(frame))

            error = ann.next()

            assert (error["type"], error["code"]) == ("error", "frame_invalid"), frame
        assert ann.silence() == []


NOBODY_READS = [
    ({"message": "x", "rom": 1}, "rom: Unknown field. Did you mean room?"),
    ({"message": "x", "text": "y"}, "text: Unknown field."),
    (SEND | {"id": 5}, "id: Unknown field."),
    (READ | {"read": True}, "read: Unknown field."),
    ({"type": "typing", "room": 1, "rooms": {}},
     "rooms: Unknown field. Did you mean room?"),
    ({"type": "resume", "rooms": {}, "after": 5}, "after: Unknown field."),
    ({"type": "ping", "": 1}, ": Unknown field."),
    ({"type": "ping", "\ud800": 1}, "?: Unknown field."),
    ({"type": "ping", "x" * 9_000: 1}, f"{'x' * 64}: Unknown field."),
]  # fmt: skip


def test_fields_that_nobody_reads_are_named_and_nothing_is_done(server):
    with Chat(server, new_member("Ann")) as ann:
        for frame, detail in NOBODY_READS:
            ann.socket.send(json.dumps(frame | {"client_id": "mine"}))

            error = ann.next()

            assert (error["type"], error["code"]) == ("error", "frame_invalid"), frame
            assert (error["detail"], error["client_id"]) == (detail, "mine")
        assert ann.silence() == []


def test_field_given_twice_is_named(server):
    with Chat(server, new_member("Ann")) as ann:
        ann.socket.send('{"message": "a", "message": "b"}')
        assert ann.next()["detail"] == "The field “message” is repeated."
        ann.socket.send('{"type": "resume", "rooms": {"1": 0, "1": 5}}')
        assert ann.next()["detail"] == "The field “1” is repeated."
        assert ann.silence() == []


def test_every_frame_may_have_a_client_id(server):
    with Chat(server, new_member("Ann")) as ann:
        ann.send(type="ping", client_id="mine")
        assert ann.next() == {"type": "pong"}
        ann.send(type="typing", room="1", client_id="mine")
        assert ann.next()["client_id"] == "mine"


def test_byte_order_mark_is_read_over(server):
    with Chat(server, new_member("Ann")) as ann:
        ann.socket.send('\ufeff{"type": "ping"}')

        assert ann.next() == {"type": "pong"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \n\t", "text_empty"),
        ("x" * 4_001, "text_too_long"),
        ("a\0b", "text_invalid"),
        ("a\ud800", "text_invalid"),
    ],
)
def test_text_that_is_none(server, text, code):
    with Chat(server, new_member("Ann")) as ann:
        client_id = ann.say(ann.lobby["id"], text)
        ann.send(message=text)

        errors = [ann.next(), ann.next()]

        assert [error["code"] for error in errors] == [code, code]
        assert [error["client_id"] for error in errors] == [client_id, None]
        assert ann.silence() == []


@pytest.mark.parametrize("text", ["я" * 4_000, "🙂" * 4_000, "</script>\u2028'\""])
def test_longest_and_oddest_texts_arrive_as_they_are(server, text):
    with Chat(server, new_member("Ann")) as ann:
        ann.socket.send(json.dumps({"message": text}, ensure_ascii=False))

        assert ann.messages(1)[0]["message"] == text


def test_rooms_of_others_do_not_exist(server):
    room = match(new_member("Bob"), new_member("Cid"))
    with Chat(server, new_member("Ann")) as ann:
        for frame in (
            SEND | {"room": room},
            READ | {"room": room},
            {"type": "typing", "room": room},
            {"type": "resume", "rooms": {str(room): 0}},
        ):
            ann.send(**frame)
            assert ann.until("error")["code"] == "room_unknown"

        assert ann.silence() == [{"type": "resumed", "rooms": {}}]


def test_ids_from_the_future(server):
    with Chat(server, new_member("Ann")) as ann:
        lobby = ann.lobby["id"]

        ann.send(type="message.read", room=lobby, id=1)
        assert ann.next()["code"] == "id_unknown"
        ann.send(type="resume", rooms={str(lobby): 2**62})
        assert ann.next() == {"type": "resumed", "rooms": {str(lobby): 0}}
        ann.send(message="first")
        assert ann.messages(1)[0]["id"] == 1


def test_binary_frame_ends_the_socket(server):
    with Chat(server, new_member("Ann")) as ann:
        ann.socket.send(b'{"type": "ping"}')

        assert ann.close_code() == 1003


@pytest.mark.parametrize("size", [70_000, 1_000_000])
def test_frame_that_is_far_too_large_ends_the_socket(server, size):
    with Chat(server, new_member("Ann")) as ann:
        with suppress(ConnectionClosed):
            ann.socket.send("x" * size)

        assert ann.close_code() == 1009


def test_message_in_endless_parts_ends_the_socket(server):
    with Chat(server, new_member("Ann")) as ann:
        with suppress(ConnectionClosed):
            ann.socket.send("x" * 1_000 for _part in range(1_000))

        assert ann.close_code() == 1009


def test_message_in_endless_empty_parts_ends_the_socket(server):
    with Chat(server, new_member("Ann")) as ann:
        with suppress(ConnectionClosed):
            ann.socket.send("" for _part in range(1_100))

        assert ann.close_code() == 1009


def test_text_that_is_no_utf8_ends_the_socket(server):
    with Chat(server, new_member("Ann")) as ann:
        with ann.socket.send_context():
            ann.socket.protocol.send_frame(Frame(Opcode.TEXT, b"\xff\xfe"))

        assert ann.close_code() == 1007
