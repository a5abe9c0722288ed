"""Rooms and messages over HTTP."""

from uuid import uuid4

import pytest

from chat import services
from chat.models import Message, Participant, Room
from matchmaker import services as member_services
from tests.chat.rooms import event_of, match, organization_of
from tests.factories import MemberFactory

ROOMS = "/api/chat/rooms/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db):
    return MemberFactory(first_name="Bob")


@pytest.fixture
def lobby(db) -> int:
    return services.lobby_id()


def messages(room_id: int) -> str:
    return f"{ROOMS}{room_id}/messages/"


def say(member, room_id: int, *texts: str) -> list[Message]:
    return [services.send_message(member, room_id, t, None)[0] for t in texts]


# --- rooms --------------------------------------------------------------------


def test_rooms_of_every_kind(as_ann, ann, bob, lobby):
    direct = match(bob, ann)
    event, at_event = event_of(ann)
    organization, in_it = organization_of(ann)
    say(bob, direct.pk, "Hi", "there")

    answer = as_ann.get(ROOMS)

    def row(pk, kind, title, **more):
        numbers = {"last_id": 0, "read_id": 0, "unread": 0, "user": None}
        return {"id": pk, "kind": kind, "title": title} | numbers | more

    whom = {"id": bob.pk, "first_name": "Bob"}
    assert answer.status_code == 200
    assert answer.json() == {
        "count": 4,
        "next": None,
        "previous": None,
        "results": [
            row(lobby, "lobby", "Lobby"),
            row(direct.pk, "direct", "Bob", last_id=2, unread=2, user=whom),
            row(at_event.pk, "event", event.title),
            row(in_it.pk, "organization", organization.title),
        ],
    }
    for room in answer.json()["results"]:
        assert as_ann.get(f"{ROOMS}{room['id']}").json() == room


def test_lobby_is_unread_from_the_first_visit_on(as_ann, bob, lobby):
    say(bob, lobby, "before")
    assert as_ann.get(ROOMS).json()["results"][0]["unread"] == 0

    say(bob, lobby, "after")

    room = as_ann.get(ROOMS).json()["results"][0]
    assert (room["last_id"], room["read_id"], room["unread"]) == (2, 1, 1)


def test_sending_reads_what_one_has_read_before(as_ann, ann, bob):
    room = match(ann, bob)
    url = f"{ROOMS}{room.pk}/"
    say(ann, room.pk, "one")
    assert as_ann.get(url).json()["unread"] == 0
    say(bob, room.pk, "two")
    say(ann, room.pk, "three")

    assert as_ann.get(url).json()["unread"] == 2


def test_opening_a_room(as_ann, ann, bob, signed_in):
    assert as_ann.post(ROOMS, {"member": bob.pk}).json()["code"] == "not_acquainted"
    assert not Room.objects.filter(kind="direct").exists()
    organization_of(ann, bob)

    opened = as_ann.post(ROOMS, {"member": bob.pk})
    again = as_ann.post(ROOMS, {"member": bob.pk})
    by_bob = signed_in(bob).post(ROOMS, {"member": ann.pk})

    assert [x.status_code for x in (opened, again, by_bob)] == [201, 200, 200]
    assert opened.json() == again.json()
    assert opened.json()["user"] == {"id": bob.pk, "first_name": "Bob"}
    assert by_bob.json()["id"] == opened.json()["id"]


def test_an_event_or_a_match_is_enough_to_open_a_room(as_ann, ann, bob):
    event_of(ann, bob)
    eve = MemberFactory()
    room = match(ann, eve)

    assert as_ann.post(ROOMS, {"member": bob.pk}).status_code == 201
    opened = as_ann.post(ROOMS, {"member": eve.pk})
    assert (opened.status_code, opened.json()["id"]) == (200, room.pk)


def test_opening_with_who_hides_is_not_found(as_ann, ann, bob):
    organization_of(ann, bob)
    member_services.block_member(bob, ann.pk)

    gone = as_ann.post(ROOMS, {"member": 10**12})

    assert gone.status_code == 404
    assert as_ann.post(ROOMS, {"member": bob.pk}).json() == gone.json()


@pytest.mark.parametrize(
    "body",
    [{}, {"member": None}, {"member": "x"}, {"member": 0}, {"member": 2**70}, [],
     {"member": [1]}, {"member": {}}, {"member": True}, {"member": "1\0"}],
)  # fmt: skip
def test_opening_with_nonsense(as_ann, body):
    assert as_ann.post(ROOMS, body).status_code in (400, 404)


# --- messages -----------------------------------------------------------------


def test_a_message_sent_is_the_message_read(as_ann, ann, bob, signed_in, lobby):
    client_id = str(uuid4())

    sent = as_ann.post(messages(lobby), {"message": " Hi\n", "client_id": client_id})

    assert sent.status_code == 201
    assert sent.json() == {
        "id": 1,
        "room": lobby,
        "hidden": False,
        "user": {"id": ann.pk, "first_name": "Ann"},
        "message": " Hi\n",
        "sent_at": sent.json()["sent_at"],
        "client_id": client_id,
    }
    history = signed_in(bob).get(messages(lobby)).json()
    assert history == {
        "count": 1, "next": None, "previous": None, "results": [sent.json()],
    }  # fmt: skip


def test_a_repeat_is_the_stored_message(as_ann, bob, signed_in, lobby):
    body = {"message": "Hi", "client_id": str(uuid4())}
    sent = as_ann.post(messages(lobby), body)

    again = as_ann.post(messages(lobby), body | {"message": "other"})

    assert (sent.status_code, again.status_code) == (201, 200)
    assert again.json() == sent.json()
    # The name is the sender's own: another's is another message.
    assert signed_in(bob).post(messages(lobby), body).json()["id"] == 2


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"message"}),
        ({"message": ""}, {"message"}),
        ({"message": " \n"}, {"message"}),
        ({"message": "x" * 4001}, {"message"}),
        ({"message": "a\0b"}, {"message"}),
        ({"message": None}, {"message"}),
        ({"message": ["x"]}, {"message"}),
        ({"message": True, "client_id": "x"}, {"message", "client_id"}),
        ({"message": "x", "client_id": 10**50}, {"client_id"}),
        ([], {"non_field_errors"}),
    ],
)
def test_nonsense_is_told_by_its_fields(as_ann, lobby, body, fields):
    answer = as_ann.post(messages(lobby), body)

    assert answer.status_code == 400
    assert set(answer.json()) == fields
    assert not Message.objects.exists()


def test_longest_text(as_ann, lobby):
    text = "я😀" * 2000

    assert as_ann.post(messages(lobby), {"message": text}).json()["message"] == text


def test_pages_of_history(as_ann, ann, lobby):
    say(ann, lobby, *"abcdefg")

    def texts(url):
        page = as_ann.get(url).json()
        assert page["count"] == 7
        return "".join(row["message"] for row in page["results"]), page

    first, page = texts(messages(lobby) + "?limit=3")
    second, page = texts(page["next"])
    third, last = texts(page["next"])

    assert (first, second, third) == ("gfe", "dcb", "a")
    assert last["next"] is None
    assert texts(last["previous"])[0] == "dcb"
    assert texts(page["previous"])[0] == "gfe"
    assert texts(page["previous"])[1]["previous"] is None
    assert texts(messages(lobby) + "?before=4")[0] == "cba"
    assert texts(messages(lobby) + "?before=1")[0] == ""


@pytest.mark.parametrize(
    "query",
    ["before=x", "before=0", "before=-1", f"before={2**70}", "limit=0", "limit=101",
     "before=1.5", "limit=2&limit=3", "format=xml"],
)  # fmt: skip
def test_history_with_nonsense(as_ann, lobby, query):
    assert as_ann.get(f"{messages(lobby)}?{query}").status_code == 400


def test_rooms_that_are_not_mine_are_not_there(as_ann, bob):
    eve = MemberFactory()
    foreign = [match(bob, eve), event_of(bob)[1], organization_of(bob)[1]]
    say(bob, foreign[0].pk, "secret")

    for pk in [*(room.pk for room in foreign), 10**17, 0]:
        answers = [
            as_ann.get(f"{ROOMS}{pk}/"),
            as_ann.get(messages(pk)),
            as_ann.post(messages(pk), {"message": "x"}),
            as_ann.post(f"{ROOMS}{pk}/read/", {"id": 0}),
        ]
        assert [a.status_code for a in answers] == [404] * 4
        assert {a.json()["code"] for a in answers} == {"room_unknown"}
    assert Message.objects.count() == 1
    assert not Participant.objects.filter(member__first_name="Ann").exists()


def test_what_is_hidden_keeps_its_number(as_ann, ann, bob, lobby):
    eve = MemberFactory()
    say(bob, lobby, "one")
    (two,) = say(eve, lobby, "two")
    say(ann, lobby, "three")
    services.hide_message(two)
    member_services.block_member(bob, ann.pk)

    history = as_ann.get(messages(lobby)).json()

    three, *others = history["results"]
    assert (three["id"], three["message"], three["hidden"]) == (3, "three", False)
    assert others == [
        {
            "id": number,
            "room": lobby,
            "hidden": True,
            "user": None,
            "message": None,
            "sent_at": None,
            "client_id": None,
        }
        for number in (2, 1)
    ]


# --- reading ------------------------------------------------------------------


def test_reading_moves_forward_only(as_ann, ann, bob):
    room = match(ann, bob)
    say(bob, room.pk, "a", "b", "c")
    url = f"{ROOMS}{room.pk}/read"

    for wanted, there in ((2, 2), (1, 2), (0, 2), (3, 3)):
        answer = as_ann.post(url, {"id": wanted})
        assert answer.json() == {"room": room.pk, "read_id": there}
    assert as_ann.get(f"{ROOMS}{room.pk}").json()["unread"] == 0
    for wanted in (4, 2**63 - 1, 2**63, -1, "x", None):
        answer = as_ann.post(url, {"id": wanted})
        assert answer.status_code == 400
        assert list(answer.json()) == ["id"]


def test_too_fast_is_told_when_to_come_back(as_ann, lobby, settings):
    settings.THROTTLES = True

    answers = [as_ann.post(messages(lobby), {"message": "x"}) for _ in range(40)]

    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "slow_down"
    assert refused[0]["Retry-After"] == "1"
    assert Message.objects.count() == 40 - len(refused) >= 20
