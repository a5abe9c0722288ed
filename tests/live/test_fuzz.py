"""The schema against the service that serves it: whatever it allows or forbids.

FUZZ_EXAMPLES=500 asks more than the 25 requests an operation of the usual run; with
FUZZ_SEED they are others.
"""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from django.contrib.gis.geos import Point
from drf_yasg.codecs import OpenAPICodecJson
from hypothesis import HealthCheck, settings
from schemathesis import Case, Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
)

from project.schema import INFO, Generator

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


def written_schema() -> dict[str, Any]:
    """What the server serves, before there is one: operations name the tests."""
    schema = Generator(INFO).get_schema(public=True)
    return json.loads(OpenAPICodecJson([]).encode(schema))


schema = schemathesis.openapi.from_dict(
    written_schema(),
    config=schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "generation": {"mode": "all", "max-examples": EXAMPLES, "database": "none"},
            "cache": {"enabled": False},
            # Rules across fields, weak passwords and the like are not in a schema.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    ),
)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as keeping:
        yield keeping


def untrue_of(case: Case, answer: Response) -> list[Any]:
    """The checks that take what Swagger 2.0 cannot say for a fault."""
    checks = []
    if (
        answer.status_code == 204
    ):  # what an operation produces, not that it may be empty
        checks.append(content_type_conformance)
    if "" in dict(case.query or {}).values():  # an empty parameter is not given
        checks.append(negative_data_rejection)
    if (
        case.method == "PATCH" and not answer.request.body
    ):  # a form of which nothing is required
        checks.append(negative_data_rejection)
    return checks


@pytest.fixture
def nameless(new_key: Callable[..., str]) -> str:
    """Somebody whose profile is as empty as can be, for others to see."""
    return new_key()


# `new_key` makes a new member each time, so the requests may share it: each comes
# from a member of its own, and what it deletes or signs out is no other one's.
@schema.parametrize()
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_operation(case: Case, server, session, nameless, new_key):
    key = new_key(first_name="Ann", location=Point(30.31, 59.94, srid=4326))
    headers = {"Authorization": f"Token {key}"}

    answer = case.call(server.url, session, headers)

    case.validate_response(
        answer,
        headers=headers,
        excluded_checks=untrue_of(case, answer),
        transport_kwargs={"session": session, "headers": headers},
    )


def test_schema_is_served(client):
    assert client.get("/swagger.json").json()["paths"] == written_schema()["paths"]
