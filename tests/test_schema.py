"""The schema against the service, where no generated request would find them differ."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest
from django.utils import translation
from drf_yasg.codecs import OpenAPICodecJson
from rest_framework.test import APIClient

from project.lib.reads.geojson import MEDIA_TYPE as GEOJSON
from project.schema import INFO, Generator
from tests.factories import MemberFactory


@cache
def written_schema(language: str = "en") -> dict:
    with translation.override(language):
        schema = Generator(INFO).get_schema(public=True)
        return json.loads(OpenAPICodecJson([]).encode(schema))


def operations(language: str = "en") -> Iterator[tuple[str, str, dict]]:
    for path, item in written_schema(language)["paths"].items():
        for method in item.keys() - {"parameters"}:
            yield method, path, item[method]


def writing() -> Iterator[tuple[str, str, dict]]:
    for method, path, operation in operations():
        if method in ("post", "put", "patch", "delete"):
            yield method, path.format(id=1, secret="x", organization=1), operation


def test_ids_of_operations_are_unique_words():
    ids = Counter(
        operation["operationId"] for _method, _path, operation in operations()
    )

    assert len(ids) > 50
    assert max(ids.values()) == 1, ids.most_common(3)
    for name in ids:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
        words = name.split("_")
        assert all(one != other for one, other in pairwise(words)), name


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("get /api/clients/", "clients_list"),
        ("post /api/clients/", "clients_create"),
        ("post /api/clients/create/", "legacy_clients_create"),
        ("delete /api/clients/{id}/", "clients_delete"),
        ("post /api/clients/{id}/match/", "clients_like"),
        ("post /api/clients/{id}/report/", "clients_report"),
        ("post /api/events/create/", "events_create"),
        ("post /api/events/{id}/attend/", "events_attend"),
        ("post /api/user/sign-in/", "user_sign_in"),
    ],
)
def test_id_of_operation(operation, name):
    ids = {f"{method} {path}": found for method, path, found in operations()}

    assert ids[operation]["operationId"] == name


@pytest.mark.parametrize("language", ["en", "ru"])
def test_summary_is_one_sentence(language):
    summaries = {
        operation["operationId"]: operation["summary"]
        for _method, _path, operation in operations(language)
    }

    for name, summary in summaries.items():
        assert re.fullmatch(r"[A-ZА-Я][^.!?;:]+\.", summary), (name, summary)
        assert len(summary) < 120, name


def test_tags_are_declared_in_order():
    declared = [tag["name"] for tag in written_schema()["tags"]]
    used = {tag for _method, _path, found in operations() for tag in found["tags"]}

    assert declared[:4] == ["members", "sympathy", "events", "organizations"]
    assert set(declared) == used
    assert len(declared) == len(used)
    for tag in written_schema()["tags"]:
        assert re.fullmatch(r"[A-Z].+[^.]\.", tag["description"])


@pytest.mark.django_db
def test_schema_tells_of_cookies_without_a_csrf_token():
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(MemberFactory())
    refused = 0

    for method, path, operation in writing():
        answer = getattr(browser, method)(path, {})
        is_refused = (
            answer.status_code == 403 and answer.json()["code"] == "csrf_failed"
        )
        assert is_refused == ("403" in operation["responses"]), (method, path)
        assert is_refused or operation["security"] == [], (method, path)
        refused += is_refused

    assert refused > 20


def test_bodies_have_no_other_fields_than_those_described():
    schema = written_schema()
    bodies = [
        parameter["schema"]
        for _method, _path, operation in operations()
        for parameter in operation["parameters"]
        if parameter["in"] == "body"
    ]
    names = {body["$ref"].rpartition("/")[2] for body in bodies}

    assert len(names) > 20
    for name in names | {"NamedMember", "MemberField"}:
        assert schema["definitions"][name]["additionalProperties"] is False, name
    # RFC 7946 allows foreign members.
    point = schema["definitions"]["OrganizationChanges"]["properties"]["location"]
    assert "additionalProperties" not in point


def test_body_may_be_left_out_where_nothing_in_it_is_required():
    definitions = written_schema()["definitions"]
    bodies = {
        (method, path): parameter
        for method, path, operation in operations()
        for parameter in operation["parameters"]
        if parameter["in"] == "body"
    }

    for where, body in bodies.items():
        described = definitions[body["schema"]["$ref"].rpartition("/")[2]]
        assert body["required"] == ("required" in described), where
    assert not bodies["post", "/api/events/calendar/"]["required"]
    assert bodies["post", "/api/user/sign-in/"]["required"]


def test_json_and_geojson_are_told_apart():
    definitions = written_schema()["definitions"]
    told = 0

    for method, path, operation in operations():
        offers = GEOJSON in operation.get("produces", [])
        parameters = {parameter["name"] for parameter in operation["parameters"]}
        assert offers == ("format" in parameters), (method, path)
        for status, answer in operation["responses"].items():
            contents = answer.get("x-content", {})
            assert (GEOJSON in contents) == (offers and status in ("200", "201"))
            if contents:
                name = contents[GEOJSON]["schema"]["$ref"].rpartition("/")[2]
                assert name.endswith(("Feature", "FeatureCollection"))
                assert name in answer["description"]
                told += 1

    assert told > 15
    for name, definition in definitions.items():
        names = definition["properties"].keys()
        assert not names >= {"results", "features"}, name
        if "Feature" in name:
            assert names == {*definition["required"]}, name


def test_what_may_be_absent_in_answers():
    """All else is there, null or not."""
    definitions = written_schema()["definitions"]
    bodies = {
        parameter["schema"]["$ref"].rpartition("/")[2]
        for _method, _path, operation in operations()
        for parameter in operation["parameters"]
        if parameter["in"] == "body"
    }
    answers = set()
    waiting = [
        answer
        for _method, _path, operation in operations()
        for answer in operation["responses"].values()
    ]
    while waiting:
        found = waiting.pop()
        inner = list(found.values()) if isinstance(found, dict) else found
        waiting += [each for each in inner if isinstance(each, dict | list)]
        name = str(isinstance(found, dict) and found.get("$ref")).rpartition("/")[2]
        if name in definitions and name not in answers:
            answers.add(name)
            waiting.append(definitions[name])

    absent = {
        f"{name}.{field}"
        for name in answers - bodies
        for field in definitions[name]["properties"].keys()
        - set(definitions[name].get("required", []))
    }
    assert absent == {
        "Event.distance_km", "EventProperties.distance_km",
        "Place.attendees", "Place.waiting",
        "SentCode.code", "SentCode.detail",
        "SentConfirmationCode.confirmation_code", "SentConfirmationCode.detail",
        "Sympathy.email",
        "User.email", "User.telephone",
        "UserWithRole.email", "UserWithRole.telephone",
    }  # fmt: skip
    for name in answers:
        for field in definitions[name].get("required", []):
            shape = definitions[name]["properties"][field]
            assert not shape.get("readOnly"), (name, field)
            assert shape.get("x-omitempty", True) != shape.get("x-nullable", False)


def test_every_operation_may_answer_400():
    # Of a parameter that nobody knows, at least.
    assert [
        (method, path)
        for method, path, operation in operations()
        if "400" not in operation["responses"]
    ] == []


def test_every_operation_may_be_asked_to_wait():
    # Too many requests of one address, or a part of the service that hangs.
    for method, path, operation in operations():
        answers = operation["responses"]
        for status in ("429", "503"):
            assert "Retry-After" in answers[status].get("headers", {}), (method, path)
