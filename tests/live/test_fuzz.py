"""The schema against the service that serves it: whatever it allows or forbids.

FUZZ_EXAMPLES=500 asks more than the 25 requests an operation of the usual run; with
FUZZ_SEED they are others.
"""

import json
import os
from collections.abc import Callable, Iterator

import pytest
import requests
import schemathesis
from django.test import RequestFactory
from schemathesis import Case

from project.schema import swagger_json

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


def read_schema() -> bytes:
    """What the server serves, before there is one: operations name the tests."""
    request = RequestFactory().get("/swagger.json", headers={"Host": "127.0.0.1"})
    return swagger_json(request).render().content


schema = schemathesis.openapi.from_dict(
    json.loads(read_schema()),
    config=schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "generation": {"mode": "all", "max-examples": EXAMPLES, "database": "none"},
            "cache": {"enabled": False},
        }
    ),
)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as keeping:
        yield keeping


@schema.parametrize()
def test_operation(case: Case, server, session, new_key: Callable[..., str]):
    headers = {"Authorization": f"Token {new_key()}"}
    case.call_and_validate(base_url=server.url, session=session, headers=headers)


def test_schema(client):
    assert (
        client.get("/swagger.json").json()["paths"]
        == json.loads(read_schema())["paths"]
    )
