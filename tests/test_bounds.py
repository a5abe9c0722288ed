"""Bounds checked before the work: of lists, of texts, and of what an answer tells."""

import random
import re
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from chat.serializers import TextField as MessageField
from events import constants
from project.lib import text as text_rules
from project.lib.api.exceptions import MESSAGE_MAX_LENGTH, MESSAGES_TOLD_MAX
from project.lib.api.unknown_input import UNKNOWN_TOLD_MAX
from referrals.serializers.phone import OneTimeCodeField
from tests.events.factories import EventFactory
from tests.test_unknown_input import API, methods

ORGANIZATIONS = "/api/organizations/create/"
ME = "/api/clients/me/"
MEGABYTE = 1_000_000
# Their fields check the length themselves, of the text as it is stored.
BOUNDED_THEMSELVES = (MessageField, OneTimeCodeField)


def bodies() -> Iterator[Any]:
    """Each serializer that some endpoint reads."""
    for param in API:
        pattern = param.values[1]
        actions = getattr(pattern.callback, "actions", {})
        for method in methods(pattern):
            handler = getattr(pattern.callback.cls, actions.get(method, method))
            described = getattr(handler, "_swagger_auto_schema", {})
            if body := described.get("request_body"):
                yield body


def fields_within(field: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, field
    inner = getattr(field, "fields", {})
    for name, each in inner.items():
        if not each.read_only:
            yield from fields_within(each, f"{path}.{name}")
    if child := getattr(field, "child", None):
        yield from fields_within(child, f"{path}[]")


INPUTS = dict(
    found for body in {*bodies()} for found in fields_within(body(), body.__name__)
)


def test_every_list_and_text_that_is_read_has_a_bound():
    unbounded = {
        path
        for path, field in INPUTS.items()
        if isinstance(field, serializers.DictField | serializers.JSONField)
        or (
            isinstance(
                field,
                serializers.ListField
                | serializers.ListSerializer
                | serializers.CharField,
            )
            and not isinstance(field, BOUNDED_THEMSELVES)
            and field.max_length is None
        )
        or isinstance(field, serializers.ManyRelatedField)
    }

    assert unbounded == set()
    assert "NewOrganization.users[].email" in INPUTS
    assert "EventChanges.organizations[].id" in INPUTS
    assert "RegisterMember.avatar" in INPUTS


TOO_MANY_USERS = [f"Ensure this field has no more than {constants.USERS_MAX} elements."]


@pytest.mark.parametrize("item", [{}, {"id": 1}, {"id": 0, "x": 1}, 1, None, []])
def test_length_of_a_list_is_checked_before_its_items(
    as_ann, item, django_assert_max_num_queries
):
    given = {"title": "Club", "users": [item] * 60_000}

    with django_assert_max_num_queries(1):  # who asks
        response = as_ann.post(ORGANIZATIONS, given)

    assert response.status_code == 400
    assert response.json() == {"users": TOO_MANY_USERS}


def test_length_of_a_list_is_checked_in_a_change_too(ann, as_ann):
    event = EventFactory(creator=ann)
    given = {"organizations": [{}] * 60_000, "attendees": 7}

    response = as_ann.patch(f"/api/events/{event.pk}", given)

    assert response.status_code == 400
    assert response.json() == {
        "organizations": [
            f"Ensure this field has no more than {constants.ORGANIZATIONS_MAX} "
            "elements."
        ],
        "attendees": ["This field cannot be changed here."],
    }


@pytest.mark.parametrize("users", [60_000, 1_000])
def test_length_of_a_list_in_a_form_is_checked_too(as_ann, users):
    text = f"[{','.join(['{}'] * users)}]"

    response = as_ann.post(
        ORGANIZATIONS, {"title": "Club", "users": text}, format="multipart"
    )

    assert response.status_code == 400
    assert response.json() == {"users": TOO_MANY_USERS}


@pytest.mark.parametrize(
    ("language", "more"),
    [("en", "There are more errors."), ("ru", "Есть и другие ошибки.")],
)
def test_only_the_first_errors_of_a_list_are_told(as_ann, language, more):
    given = {"title": "Club", "users": [{}] * constants.USERS_MAX}

    response = as_ann.post(ORGANIZATIONS, given, HTTP_ACCEPT_LANGUAGE=language)

    assert response.status_code == 400
    told = response.json()["users"]
    assert len(told) == MESSAGES_TOLD_MAX + 1
    assert [message.split(":")[0] for message in told[:-1]] == [
        f"{place}" for place in range(MESSAGES_TOLD_MAX)
    ]
    assert told[-1] == more


def test_as_many_errors_as_are_told_are_all(as_ann):
    given = {"title": "Club", "users": [{}] * MESSAGES_TOLD_MAX}

    told = as_ann.post(ORGANIZATIONS, given).json()["users"]

    assert len(told) == MESSAGES_TOLD_MAX


def test_only_so_many_unknown_names_are_told(as_ann):
    names = {f"n{number}": "" for number in range(UNKNOWN_TOLD_MAX * 2)}

    assert len(as_ann.get("/api/clients/", names).json()) == UNKNOWN_TOLD_MAX
    assert len(as_ann.patch(ME, names).json()) == UNKNOWN_TOLD_MAX
    within = {"title": "Club", "users": [names]}
    told = as_ann.post(ORGANIZATIONS, within).json()["users"]
    assert len(told) <= MESSAGES_TOLD_MAX + 1 + UNKNOWN_TOLD_MAX


def test_a_long_value_is_not_repeated_in_full(as_ann):
    response = as_ann.patch(ME, {"gender": "x" * MEGABYTE})

    (message,) = response.json()["gender"]
    assert len(message) <= MESSAGE_MAX_LENGTH + 1
    assert message.startswith('"xxx')


@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_json_is_400(as_ann, depth):
    body = '{"users": ' + "[" * depth + "]" * depth + "}"

    response = as_ann.generic("POST", ORGANIZATIONS, body, "application/json")

    assert response.status_code == 400


@pytest.mark.parametrize("number", ["9" * 5_000, "1" + "0" * 300, "1e999", "-1e400"])
@pytest.mark.parametrize("field", ["capacity", "longitude", "organizations", "date"])
def test_huge_number_is_400(as_ann, number, field):
    body = f'{{"title": "Fest", "latitude": 1, "{field}": {number}}}'

    response = as_ann.generic("POST", "/api/events/create/", body, "application/json")

    assert response.status_code == 400


def parameters() -> Iterator[Any]:
    """Each query parameter of each endpoint."""
    for param in API:
        path, pattern = param.values
        actions = getattr(pattern.callback, "actions", {})
        handler = getattr(pattern.callback.cls, actions.get("get", "get"), None)
        described = getattr(handler, "_swagger_auto_schema", {})
        for parameter in described.get("manual_parameters") or ():
            name = f"{pattern.name} {parameter.name}"
            yield pytest.param(path, parameter.name, id=name)


VALUES = [
    "9" * 8_000,
    "1e999999999",
    "-1e999999999",
    "1e-999999999",
    "x" * 8_000,
    "a" + " " * 8_000 + "b",
    "e" + "\u0301\u0316" * 1_300,
    ",".join(["1"] * 4_000),
    ",".join(["1e999999"] * 4),
    "[" * 8_000,
]  # fmt: skip


@pytest.mark.parametrize(("path", "name"), [*parameters()])
def test_long_value_of_a_parameter_takes_no_time(ann, as_ann, path, name):
    """No longer than the server lets through: a line of 16 KiB."""
    path = re.sub("/1(?=/|$)", f"/{ann.pk}", path)
    began = time.process_time()

    for value in VALUES:
        answer = as_ann.get(path, {name: value})
        assert answer.status_code < 500, value[:20]
        if answer.status_code == 400:
            assert len(answer.content) < 2 * len(value) + 1_000

    assert time.process_time() - began < 10


ACCENTS = "e" + "\u0301\u0316" * 200_000  # out of order, each to be sorted
LONG = {
    "blanks": "a" + " " * MEGABYTE + "b",
    "tabs": "a" + "\t \t" * 200_000 + "b",
    "accents": ACCENTS,
    "marks in pairs": "\u0f40" + "\u0f73" * 200_000,
    "letters": "я" * 400_000,
    "digits": "9" * MEGABYTE,
    "format characters": "\u200b" * 300_000,
}
TEXTS = [
    (path, endpoint, field)
    for path, endpoint, field in [
        ("PATCH", ME, "first_name"),
        ("PATCH", ME, "phone_number"),
        ("PATCH", ME, "email"),
        ("POST", "/api/events/create/", "description"),
        ("POST", "/api/events/create/", "title"),
        ("POST", "/api/auth/request_code/", "phone_number"),
        ("POST", "/api/auth/auth_code/", "confirmation_code"),
        ("POST", "/api/v1/users/activate_invite_code/", "invite_code"),
        ("POST", "/api/user/sign-in/", "password"),
        ("POST", "/api/user/sign-in/", "email"),
    ]
]


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize(("method", "path", "field"), TEXTS)
def test_long_text_is_refused_before_it_is_read(as_ann, method, path, field, kind):
    began = time.process_time()

    response = getattr(as_ann, method.lower())(path, {field: LONG[kind]})

    assert response.status_code == 400
    assert field in response.json()
    # Hours, where work grows with the square of a length.
    assert time.process_time() - began < 10


def test_longest_texts_that_are_read_are_read_fast(as_ann):
    bound = text_rules.RAW_LENGTHS * constants.DESCRIPTION_MAX_LENGTH
    began = time.process_time()

    for text in LONG.values():
        text_rules.clean_text(text[:bound], has_lines=False)
        text_rules.clean_text(text[:bound], has_lines=True)

    assert time.process_time() - began < 10


def test_long_texts_are_in_nfc_too():
    chance = random.Random(7)
    letters = "aeя\u1112\u1161\u11ab가é\u1ec7\u0f40"
    marks = "\u0301\u0316\u0323\u0f73\u0344\u05b0\u0345\u3099\u20dd"
    for _each in range(20):
        text = "".join(chance.choices(letters + marks * 2, k=3_000))

        assert text_rules.checked_text(text) == unicodedata.normalize("NFC", text)


def test_text_that_shortens_to_its_bound_is_taken(ann, as_ann):
    typed = "\r\n".join(["e\u0301"] * 5_000)

    response = as_ann.post(
        "/api/events/create/", {"title": "Fest", "description": typed}
    )

    assert response.status_code == 202, response.content
    described = as_ann.get(f"/api/events/{response.json()['id']}").json()
    assert described["description"] == "\n".join(["é"] * 5_000)


def test_blanks_of_one_line_stay_and_breaks_become_one():
    read = text_rules.clean_text("a  b \t c\n\n d \v e", has_lines=False)

    assert read == "a  b c d e"
