"""The chat as clients have it: signing in, talking, reading, typing."""

from tests.live.chat import Chat, match, new_member


def test_two_members_talk_in_the_lobby_as_the_document_has_it(server):
    with Chat(server, new_member("Ann")) as ann, Chat(server, new_member("Bob")) as bob:
        ann.send(message="Привет")

        heard = [ann.until("message.new"), bob.until("message.new")]

        assert (
            heard[0]
            == heard[1]
            == {
                "type": "message.new",
                "id": 1,
                "room": ann.lobby["id"],
                "user": {"id": ann.member.pk, "first_name": "Ann"},
                "message": "Привет",
                "sent_at": heard[0]["sent_at"],
                "client_id": None,
            }
        )


def test_direct(server):
    ann, bob = new_member("Ann"), new_member("Bob")
    room = match(ann, bob)
    with Chat(server, ann) as a, Chat(server, bob) as b:
        cid = a.say(room, "hi")
        assert a.until("message.new")["client_id"] == cid
        assert b.until("message.new")["message"] == "hi"
