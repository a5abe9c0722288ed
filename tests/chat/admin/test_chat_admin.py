"""The admin's pages of rooms and messages."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from chat import services
from chat.models import Message
from matchmaker import services as member_services
from tests.chat.rooms import event_of, match, organization_of
from tests.factories import MemberFactory

MESSAGES = reverse("admin:chat_message_changelist")
ROOMS = reverse("admin:chat_room_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(db):
    """A message in a room of each kind, by its text."""
    ann = MemberFactory(email="ann@example.com")
    bob = MemberFactory(email="bob@example.com")
    rooms = {
        "in the lobby": services.lobby_id(),
        "in private": match(ann, bob).pk,
        "at the event": event_of(ann)[1].pk,
        "in the club": organization_of(ann)[1].pk,
    }
    return {
        text: services.send_message(ann, pk, text, None)[0]
        for text, pk in rooms.items()
    }


def found(client, url: str = MESSAGES, **query: object) -> set[str]:
    rows = client.get(url, query).context["cl"].result_list
    return {getattr(row, "text", None) or row.kind for row in rows}


def act(client, name: str, *messages: Message):
    chosen = [message.pk for message in messages]
    data = {"action": name, "_selected_action": chosen}
    return client.post(MESSAGES, data, follow=True)


def page(row) -> str:
    return reverse(f"admin:chat_{row._meta.model_name}_change", args=[row.pk])


def test_private_messages_are_read_after_a_report_only(admin_client, said):
    private = said["in private"]
    public = said.keys() - {"in private"}
    assert found(admin_client) == public
    assert found(admin_client, room=private.room_id) == set()
    assert found(admin_client, q="in private") == set()
    assert admin_client.get(page(private)).status_code == 302

    ann, bob = private.sender, private.room.high_member
    member_services.report_member(bob, ann.pk, reason="abuse", text="")

    assert found(admin_client) == said.keys()
    assert b"in private" in admin_client.get(page(private)).content


def test_messages_are_found(admin_client, said):
    services.hide_message(said["in the club"])

    assert found(admin_client, q="ann@example.com") == said.keys() - {"in private"}
    assert found(admin_client, q="bob@example.com") == set()
    assert found(admin_client, q="LOBBY") == {"in the lobby"}
    assert found(admin_client, state="hidden") == {"in the club"}
    assert found(admin_client, room__kind__exact="event") == {"at the event"}
    assert found(admin_client, room=said["at the event"].room_id) == {"at the event"}


def test_rooms_are_found(admin_client, said):
    assert found(admin_client, ROOMS) == {"lobby", "direct", "event", "organization"}
    assert found(admin_client, ROOMS, q="bob@example.com") == {"direct"}
    title = said["at the event"].room.event.title
    assert found(admin_client, ROOMS, q=title) == {"event"}
    assert found(admin_client, ROOMS, kind__exact="lobby") == {"lobby"}
    for message in said.values():
        assert admin_client.get(page(message.room)).status_code == 200


def test_hidden_and_shown_again(admin_client, said):
    message = said["in the lobby"]

    answer = act(admin_client, "hide", message, said["in the club"])
    assert b"2 messages hidden." in answer.content
    assert b"0 messages hidden." in act(admin_client, "hide", message).content
    message.refresh_from_db()
    assert message.hidden_at is not None
    assert LogEntry.objects.count() == 2

    assert b"1 message shown again." in act(admin_client, "unhide", message).content
    message.refresh_from_db()
    assert (message.hidden_at, message.text) == (None, "in the lobby")


def test_what_is_gone_is_not_shown_again(admin_client, said):
    message = said["in the lobby"]
    member_services.delete_member(message.sender)

    assert b"0 messages shown again." in act(admin_client, "unhide", message).content
    assert admin_client.get(page(message)).status_code == 200


def test_rights_are_djangos(staff_with, said):
    message = said["in the lobby"]
    reader = staff_with("view_message", "view_room")
    assert len(found(reader)) == 3

    act(reader, "hide", message)

    message.refresh_from_db()
    assert message.hidden_at is None
    assert reader.post(page(message), {"text": "other"}).status_code == 403
    delete = reverse("admin:chat_message_delete", args=[message.pk])
    assert reader.get(delete).status_code == 403


def test_nobody_deletes_messages_or_rooms(admin_client, said):
    for row in (said["in the lobby"], said["in the lobby"].room):
        path = reverse(f"admin:chat_{row._meta.model_name}_delete", args=[row.pk])
        assert admin_client.post(path, {"post": "yes"}).status_code == 403
