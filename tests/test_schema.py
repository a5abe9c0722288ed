"""The schema against the service, where no generated request would find them differ."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from drf_yasg.codecs import OpenAPICodecJson
from rest_framework.test import APIClient

from project.schema import INFO, Generator
from tests.factories import MemberFactory


def operations() -> Iterator[tuple[str, str, dict]]:
    schema = Generator(INFO).get_schema(public=True)
    paths = json.loads(OpenAPICodecJson([]).encode(schema))["paths"]
    for path, item in paths.items():
        for method in item.keys() - {"parameters"}:
            yield method, path, item[method]


def writing() -> Iterator[tuple[str, str, dict]]:
    for method, path, operation in operations():
        if method in ("post", "put", "patch", "delete"):
            yield method, path.format(id=1, secret="x", organization=1), operation


def test_ids_of_operations_are_unique():
    ids = Counter(
        operation["operationId"] for _method, _path, operation in operations()
    )

    assert len(ids) > 50
    assert max(ids.values()) == 1, ids.most_common(3)


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
    schema = json.loads(
        OpenAPICodecJson([]).encode(Generator(INFO).get_schema(public=True))
    )
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


def test_every_operation_may_answer_400():
    # Of a parameter that nobody knows, at least.
    assert [
        (method, path)
        for method, path, operation in operations()
        if "400" not in operation["responses"]
    ] == []
