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
from drf_yasg.codecs import OpenAPICodecJson
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import content_type_conformance

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


# `new_key` makes a new member each time, so it may be shared.
@schema.parametrize()
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_operation(case: Case, server, session, new_key: Callable[..., str]):
    headers = {"Authorization": f"Token {new_key()}"}
    answer = case.call(server.url, session, headers)
    # Swagger 2.0 says what an operation produces, not that a 204 is empty.
    needless = [content_type_conformance] if answer.status_code == 204 else []
    case.validate_response(
        answer,
        headers=headers,
        excluded_checks=needless,
        transport_kwargs={"session": session, "headers": headers},
    )


def test_schema_is_served(client):
    assert client.get("/swagger.json").json()["paths"] == written_schema()["paths"]
