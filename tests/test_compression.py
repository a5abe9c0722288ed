"""Long texts are compressed for clients that accept it, where that is safe."""

import gzip
from typing import Any

import pytest
from django.test import Client

from matchmaker.models import Member
from tests.factories import MemberFactory

PATH = "/api/clients/"


@pytest.fixture
def crowd(ann: Member) -> None:
    MemberFactory.create_batch(20)


def get(client: Any, path: str = PATH, accept: str = "gzip", **headers: str) -> Any:
    return client.get(path, headers={"Accept-Encoding": accept, **headers})


def is_compressed(answer: Any) -> bool:
    assert "Accept-Encoding" in answer["Vary"]
    return answer.get("Content-Encoding") == "gzip"


@pytest.mark.parametrize("kind", ["application/json", "application/geo+json"])
def test_same_answer_in_fewer_bytes(crowd, as_ann, kind):
    plain = get(as_ann, accept="identity", Accept=kind)
    short = get(as_ann, Accept=kind)

    assert not is_compressed(plain)
    assert is_compressed(short)
    assert short["Content-Type"] == plain["Content-Type"] == kind
    assert gzip.decompress(short.content) == plain.content
    assert int(short["Content-Length"]) == len(short.content) < len(plain.content) / 2


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1, GZIP;q=0.1", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("gzip;q=nonsense", False),
        ("xgzip", False),
    ],
)
def test_what_the_client_accepts(crowd, as_ann, accept, expected):
    assert is_compressed(get(as_ann, accept=accept)) == expected


def test_short_answer_stays_as_it_is(as_ann):
    answer = get(as_ann, "/api/clients/me/")

    assert len(answer.content) < 1024
    assert "Content-Encoding" not in answer


def test_head_is_answered_as_get(crowd, as_ann):
    head = as_ann.head(PATH, headers={"Accept-Encoding": "gzip"})

    assert is_compressed(head)
    assert head["Content-Length"] == get(as_ann)["Content-Length"]


def test_browsers_own_credentials_are_never_behind_a_compressed_answer(crowd, ann):
    """Another site makes a browser send them, and may watch the length (BREACH)."""
    browser = Client()
    browser.force_login(ann)

    answer = get(browser)

    assert answer.status_code == 200
    assert len(answer.content) > 1024
    assert "Content-Encoding" not in answer
    basic = get(Client(), "/swagger.json", Authorization="Basic YTpi")
    assert "Content-Encoding" not in basic


def test_etag_of_the_compressed_schema_is_weak(api, db):
    strong = get(api, "/swagger.json", accept="identity")["ETag"]
    answer = get(api, "/swagger.json")

    assert is_compressed(answer)
    assert answer["ETag"] == f"W/{strong}"
    for etag in (strong, answer["ETag"]):
        again = get(api, "/swagger.json", **{"If-None-Match": etag})
        assert again.status_code == 304
        assert "Content-Encoding" not in again
