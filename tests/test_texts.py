"""Texts of every kind follow one rule: in JSON, in forms, in the admin, in tables."""

import importlib

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from chat import services as chat_services
from chat.models import Message
from events.models import Event, Organization
from matchmaker.models import Member, Report
from tests.chat.rooms import match
from tests.events.factories import MembershipFactory
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload

INVISIBLE = [
    "\u200b", "\u2060", "\u3164", "\u2800", "\xad", "\ufeff", "\u202e", "\u0301",
    "\x1b",
]  # fmt: skip
TURNING = ["\u202eknab", "a\u2067b", "a\x1b[31mb", "a\x07"]
ME = "/api/clients/me/"

pytestmark = pytest.mark.django_db


def signed_up(**changes) -> dict:
    names = {"first_name": "Ann", "last_name": "Lee", "gender": "female"}
    return {"email": "new@example.com", "password": PASSWORD, **names, **changes}


@pytest.mark.parametrize("kind", ["json", "multipart"])
@pytest.mark.parametrize("text", [*INVISIBLE, *TURNING], ids=ascii)
def test_names_and_titles_are_seen_and_turn_nothing(api, as_ann, ann, text, kind):
    organization = Organization.objects.create(title="A")
    event = Event.objects.create(title="A", creator=ann)
    MembershipFactory(organization=organization, member=ann, role="owner")

    def whole(**names):
        avatar = {"avatar": upload()} if kind == "multipart" else {}
        return signed_up(**avatar, **names)

    required = [
        (api.post, "/api/clients/create", whole(first_name=text)),
        (api.post, "/api/clients/create", whole(last_name=text)),
        (as_ann.patch, ME, {"first_name": text}),
        (as_ann.patch, ME, {"last_name": text}),
        (as_ann.post, "/api/organizations/create/", {"title": text}),
        (as_ann.patch, f"/api/organizations/{organization.pk}", {"title": text}),
        (as_ann.post, "/api/events/create/", {"title": text}),
        (as_ann.patch, f"/api/events/{event.pk}", {"title": text}),
    ]
    blank = as_ann.patch(ME, {"first_name": " "}, format=kind).json()["first_name"]

    for send, url, body in required:
        response = send(url, body, format=kind)

        (field,) = response.json()
        assert response.status_code == 400, (url, body)
        assert body[field] == text
        if text in INVISIBLE:
            assert response.json()[field] == blank
        else:
            assert "U+" in response.json()[field][0]
    assert Member.objects.get().first_name == ann.first_name


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_texts_that_may_be_empty_are(as_ann, ann, kind):
    bob = MemberFactory()
    texts = {"description": "\u200b\n\u2800", "address": "\u3164", "postcode": "\xad"}

    made = as_ann.post(
        "/api/organizations/create/", {"title": "Club", **texts}, format=kind
    )
    as_ann.post(
        f"/api/clients/{bob.pk}/report/",
        {"reason": "spam", "text": "\u2060"},
        format=kind,
    )
    turning = as_ann.post(
        "/api/organizations/create/",
        {"title": "Club", **dict.fromkeys(texts, "a\u202eb")},
        format=kind,
    )
    named = as_ann.post(
        "/api/v1/auth/signup/",
        {"email": "x@example.com", "password": PASSWORD, "username": "a\u2066b"},
        format=kind,
    )

    assert made.json().items() >= dict.fromkeys(texts, "").items()
    assert Report.objects.get().text == ""
    assert turning.status_code == named.status_code == 400
    assert turning.json().keys() == texts.keys()
    assert named.json().keys() == {"username"}


def test_texts_are_nfc_and_titles_have_one_line(as_ann):
    body = {"first_name": "\ufeffZoe\u0308 ", "last_name": "Van\nHelsing"}

    profile = as_ann.patch(ME, body).json()
    made = as_ann.post(
        "/api/organizations/create/",
        {"title": "Fe\x85st\u2028No 1", "description": "One\r\ntwo\x85three"},
    ).json()

    assert (profile["first_name"], profile["last_name"]) == ("Zoë", "Van Helsing")
    assert made["title"] == "Fe st No 1"
    assert made["description"] == "One\ntwo\nthree"


def test_a_length_is_that_of_what_is_stored(as_ann):
    accents = "e\u0301" * 150

    assert as_ann.patch(ME, {"first_name": accents}).status_code == 200
    assert as_ann.patch(ME, {"first_name": f"{accents}x"}).status_code == 400


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_messages_are_seen_and_turn_nothing(as_ann, ann, kind):
    url = f"/api/chat/rooms/{match(ann, MemberFactory()).pk}/messages/"

    def answer(text):
        return as_ann.post(url, {"message": text}, format=kind)

    for text in [*INVISIBLE, "\x07"]:
        assert answer(text).json() == {"message": ["A message cannot be empty."]}
    for text in TURNING:
        said = answer(text)
        assert said.json() == {"message": ["The text contains invalid characters."]}
    assert answer("  Zoe\u0308\tsays:\n👩‍👧 می‌خواهم ").json()["message"] == (
        "  Zoë\tsays:\n👩‍👧 می‌خواهم "
    )


def test_the_admin_follows_the_rule(admin_client, ann):
    organization = Organization.objects.create(title="A", address="One\ntwo\nthree")
    add = reverse("admin:events_organization_add")
    change = reverse("admin:events_organization_change", args=[organization.pk])
    inlines = {
        f"memberships{which}-{what}_FORMS": 0
        for which in ("", "-2")
        for what in ("TOTAL", "INITIAL")
    }

    for title in ("\u200b", "\u202eknab"):
        page = admin_client.post(add, {"title": title, **inlines})
        assert page.status_code == 200
        assert page.context["adminform"].form.errors.keys() == {"title"}
    saved = admin_client.post(
        change, {"title": "Zoe\u0308", "address": "One\r\ntwo\r\nthree", **inlines}
    )

    assert saved.status_code == 302
    organization.refresh_from_db()
    assert (organization.title, organization.address) == ("Zoë", "One\ntwo\nthree")
    for text in ("\u2060", "a\u202eb"):
        url = reverse("admin:matchmaker_member_change", args=[ann.pk])
        page = admin_client.post(url, {"first_name": text, "email": ann.email})
        errors = page.context["adminform"].form.errors
        assert ("first_name" in errors) == ("a" in text)
        url = reverse("admin:events_event_add")
        page = admin_client.post(url, {"title": text})
        assert "title" in page.context["adminform"].form.errors


@pytest.mark.parametrize("text", ["\u200b", "\u3164 \u2800", "\u0301"], ids=ascii)
def test_the_database_refuses_what_cannot_be_seen(ann, text):
    room = match(ann, MemberFactory())
    message, _is_new = chat_services.send_message(ann, room.pk, "Hi", None)
    organization = Organization.objects.create(title="A")
    report = Report.objects.create(
        from_member=ann, to_member=MemberFactory(), reason="spam"
    )
    event = Event.objects.create(title="A")
    columns = [
        (ann, "first_name"), (ann, "last_name"), (report, "text"), (message, "text"),
        (event, "title"), (event, "description"), (organization, "title"),
        (organization, "description"), (organization, "postcode"),
        (organization, "address"),
    ]  # fmt: skip

    for row, column in columns:
        rows = type(row).objects.filter(pk=row.pk)
        with (
            pytest.raises(IntegrityError, match=r"visible|senders"),
            transaction.atomic(),
        ):
            rows.update(**{column: text})


def test_what_was_there_before_the_rule_is_cleaned(ann):
    """The migrations' statements, on rows as they were."""
    room = match(ann, MemberFactory())
    message, _is_new = chat_services.send_message(ann, room.pk, "Hi", None)
    good, bad = Event.objects.create(title="Fest"), Event.objects.create(title="x")
    organization = Organization.objects.create(title="x")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # ALTER waits for none
        for table, name in (
            ("matchmaker_member", "member_names_visible"),
            ("events_event", "event_title_visible"),
            ("events_organization", "organization_title_visible"),
            ("chat_message", "message_text_is_the_senders"),
        ):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    Member.objects.filter(pk=ann.pk).update(
        first_name="\u200b", last_name="e\u0301\u202e"
    )
    Event.objects.filter(pk=bad.pk).update(title="\u3164", description="a\x85b\nc")
    Organization.objects.filter(pk=organization.pk).update(title="A\n \x1bB")
    Message.objects.filter(pk=message.pk).update(text="\u200b")

    with connection.cursor() as cursor:
        for app in ("matchmaker.migrations.0006", "events.migrations.0003",
                    "chat.migrations.0002"):  # fmt: skip
            migration = importlib.import_module(f"{app}_clean_texts").Migration
            cursor.execute(migration.operations[0].sql)

    for row in (ann, good, bad, organization, message):
        row.refresh_from_db()
    assert (ann.first_name, ann.last_name) == ("", "é")
    assert (good.title, bad.title) == ("Fest", f"Event {bad.pk}")
    assert bad.description == "a b\nc"
    assert organization.title == "A  B"
    assert (message.sender, message.text, message.hidden_at is None) == (
        None,
        "",
        False,
    )
