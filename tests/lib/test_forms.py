"""Forms read as the JSON that they stand for."""

import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from rest_framework import serializers

from project.lib.api import forms


class Person(serializers.Serializer):
    id = serializers.IntegerField(required=False)
    email = serializers.CharField(required=False)


class Body(serializers.Serializer):
    title = serializers.CharField(required=False)
    note = serializers.CharField(required=False, allow_blank=True)
    count = serializers.IntegerField(required=False, allow_null=True)
    kind = serializers.ChoiceField(["a", "b"])
    file = serializers.FileField(required=False)
    user = Person(required=False)
    users = serializers.ListField(child=Person(), required=False)
    people = Person(many=True, required=False)


def read(*pairs, is_change=False):
    form = QueryDict(mutable=True)
    for name, value in pairs:
        form.appendlist(name, value)
    return forms.as_json(form, Body().fields, is_change=is_change)


def file(name="a.txt"):
    return SimpleUploadedFile(name, b"5")


@pytest.mark.parametrize("field", ["users", "people"])
@pytest.mark.parametrize(
    "form",
    [
        [("[0]id", "5"), ("[1]email", "b@c.d")],
        [("[0].id", "5"), ("[1].email", "b@c.d")],
        [("[0][id]", "5"), ("[1][email]", "b@c.d")],
        [(".0.id", "5"), (".1[email]", "b@c.d")],
        [("[1].email", "b@c.d"), ("[0]id", "5")],
        [("[0]", '{"id": "5"}'), ("[1]", '{"email": "b@c.d"}')],
        [("[0]", '{"id": "5"}'), ("[1]email", "b@c.d")],
        [("", '[{"id": "5"}, {"email": "b@c.d"}]')],
        [("", '{"id": "5"}'), ("", '{"email": "b@c.d"}')],
        [("[]", '{"id": "5"}'), ("[]", '{"email": "b@c.d"}')],
    ],
)
def test_all_ways_to_write_a_list_are_one(field, form):
    values, errors = read(*((field + name, value) for name, value in form))

    assert errors == {}
    assert values == {field: [{"id": "5"}, {"email": "b@c.d"}]}


@pytest.mark.parametrize(
    "form",
    [
        [("user[id]", "5"), ("user[email]", "b@c.d")],
        [("user.id", "5"), ("user.email", "b@c.d")],
        [("user", '{"id": "5", "email": "b@c.d"}')],
    ],
)
def test_all_ways_to_write_an_object_are_one(form):
    assert read(*form) == ({"user": {"id": "5", "email": "b@c.d"}}, {})


def test_one_object_is_a_list_of_one():
    assert read(("users", '{"id": 5}')) == ({"users": [{"id": 5}]}, {})
    assert read(("users[0]", '{"id": 5}')) == ({"users": [{"id": 5}]}, {})


@pytest.mark.parametrize("text", ["", "[]"])
def test_empty_list(text):
    assert read(("users", text)) == ({"users": []}, {})


def test_what_is_no_part_stays_for_the_field_to_refuse():
    assert read(("users[0]id[x]", "5"), ("user[id].x", "6")) == (
        {"users": [{"id": {"x": "5"}}], "user": {"id": {"x": "6"}}},
        {},
    )
    assert read(("users", "null"), ("people", "5")) == (
        {"users": None, "people": 5},
        {},
    )


ONCE = "Specify this field only once."
GAPS = "Number the items from 0 without gaps: [0], [1], [2]."
BOTH = "Specify JSON text or parts like users[0][id], not both."
JSON = "This is not valid JSON. Specify JSON text, or parts like users[0][id]."


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ([("users[1]id", "5")], GAPS),
        ([("users[0]id", "5"), ("users[2]id", "6")], GAPS),
        ([("users[00]id", "5")], GAPS),
        ([("users[-1]id", "5")], GAPS),
        ([("users[٠]id", "5")], GAPS),
        ([("users[100000000000000000000]id", "5")], GAPS),
        ([("users[x]id", "5")], GAPS),
        ([("users[id]", "5")], GAPS),
        ([("users.id", "5")], GAPS),
        ([("users[][id]", "5")], GAPS),
        ([("users[0]id", "5"), ("users[0].id", "6")], ONCE),
        ([("users[0]id", "5"), ("users[0]id", "5")], ONCE),
        ([("users[0]", '{"id": 5}'), ("users[0]id", "5")], ONCE),
        ([("users[0]id", "5"), ("users[0]", '{"id": 5}')], ONCE),
        ([("users", "[]"), ("users", "[]")], ONCE),
        ([("users", '{"id": 5}'), ("users", "")], JSON),
        ([("users", "[]"), ("users[0]id", "5")], BOTH),
        ([("users[]", '{"id": 5}'), ("users[0]id", "5")], BOTH),
        ([("users", "5, 6")], JSON),
        ([("users", '[{"id": NaN}]')], JSON),
        ([("users", '[{"id": 5, "id": 6}]')], JSON),
        ([("users", r'[{"email": "\ud800"}]')], JSON),
        ([("users", "[" * 100_000)], JSON),
        ([("users[0]", "")], JSON),
        ([("users", file())], "This field takes text, not a file."),
        ([("users[0]id", file())], "This field takes text, not a file."),
    ],
)
def test_unclear_list_is_told_on_its_field(form, message):
    assert read(*form) == ({}, {"users": [message]})


@pytest.mark.parametrize(
    "key",
    ["users[0", "users[0[id]", "users]0[id]", "users[0]]id", "users[[0]]id", "users.",
     "users..0", "users[0][a][b][c][d]", "users[0]" + "[a]" * 30_000],
)  # fmt: skip
def test_broken_key_is_told_on_its_field(key):
    values, errors = read((key, "5"))

    assert values == {}
    assert errors == {
        "users": [f"“{key[:60]}” cannot be read. Write it like users[0][id]."]
    }


def test_unknown_names_stay_for_the_reader_to_tell():
    values, errors = read(("usres[0]id", "5"), ("title[0]", "x"), ("[0]", "y"))

    assert (values, errors) == ({"usres[0]id": "5", "title[0]": "x", "[0]": "y"}, {})


def test_thousand_parts_take_no_time():
    form = [(f"users[{i}][id]", "5") for i in range(999)]
    began = time.process_time()

    values, errors = read(*form, ("users[99999999]id", "5"))

    assert (values, errors) == ({}, {"users": [GAPS]})
    assert read(*form)[0] == {"users": [{"id": "5"}] * 999}
    assert time.process_time() - began < 1


def test_scalar_is_given_once_and_as_text_or_file():
    both = [("file", "text"), ("file", file())]
    assert read(("title", "a"), ("title", "a")) == ({}, {"title": [ONCE]})
    assert read(*both) == ({}, {"file": [ONCE]})
    # DRF reads a file's name there: "5", "a".
    for name, sent in (("count", file("5")), ("kind", file("a")), ("title", file())):
        assert read((name, sent)) == (
            {},
            {name: ["This field takes text, not a file."]},
        )
    assert read(("file", "text")) == ({"file": "text"}, {})


def test_empty_is_not_given_but_in_a_change():
    names = ("title", "note", "count", "kind", "file")
    empty = [(name, "") for name in names]

    assert read(*empty) == ({"note": "", "count": None, "kind": ""}, {})
    assert read(*empty, is_change=True) == (
        {"title": "", "note": "", "count": None, "kind": "", "file": ""},
        {},
    )


def test_csrf_token_is_understood():
    assert read((forms.CSRF_TOKEN, "x"), ("title", "a")) == ({"title": "a"}, {})


def test_json_text_is_as_exact_as_a_body():
    big = [{"id": 2**70, "email": "\u2028"}]

    assert read(("users", json.dumps(big)))[0] == {"users": big}
