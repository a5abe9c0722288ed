"""What a large body has become is free again when the request has been answered."""

import gc
import json

import pytest

LARGE = 300_000


@pytest.fixture
def _without_collections():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def large_lists() -> int:
    return sum(type(o) is list and len(o) >= LARGE for o in gc.get_objects())


@pytest.mark.usefixtures("_without_collections")
@pytest.mark.parametrize(
    "path", ["/api/user/refresh/", "/api/user/sign-up/", "/api/events/create/"]
)
@pytest.mark.parametrize("is_wrapped", [False, True], ids=["list", "field"])
def test_refused_body_waits_for_no_collection(as_ann, path, is_wrapped):
    before = large_lists()
    items = "[" + ",".join(["{}"] * LARGE) + "]"
    body = '{"organizations":' + items + "}" if is_wrapped else items

    answer = as_ann.post(path, body, content_type="application/json")

    assert answer.status_code in (400, 413)
    assert json.loads(answer.content)
    del answer
    assert large_lists() == before
