"""Many who sign in at once: what they wait for leaves threads to those who read."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import httpx
import pytest

from tests.harness.daphne import Server, daphne
from tests.harness.requests import PASSWORD, new_email
from tests.harness.waiting import PATIENCE_S

SIGN_INS = 100
# One password at a time, and one more request that waits for it.
AT_WORK = 2


@pytest.fixture
def hashing_slowly(transactional_db, tmp_path, redis_url) -> Iterator[Server]:
    with daphne(
        tmp_path,
        REDIS_URL=redis_url,
        WEB_THREADS="4",
        BUSY_WAIT_S=str(PATIENCE_S),
        DJANGO_SETTINGS_MODULE="tests.live.slow_hasher",
    ) as made:
        yield made


def test_reads_go_on_while_a_hundred_sign_in(hashing_slowly, new_key):
    def sign_in(client: httpx.Client) -> httpx.Response:
        given = {"email": new_email(), "password": PASSWORD}
        return client.post("/api/user/sign-in/", json=given)

    with (
        hashing_slowly.client() as ann,
        hashing_slowly.client(limits=httpx.Limits(max_connections=SIGN_INS)) as many,
        ThreadPoolExecutor(SIGN_INS) as threads,
    ):
        ann.headers["Authorization"] = f"Token {new_key()}"
        asked = [threads.submit(sign_in, many) for _ in range(SIGN_INS)]
        busy = [*islice(as_completed(asked), SIGN_INS - AT_WORK)]

        reads = [ann.get("/api/clients/").status_code for _ in range(20)]
        live = ann.get("/health/live").status_code

        left = [each for each in asked if not each.done()]
        answers = [each.result() for each in busy]
    assert len(left) == AT_WORK
    assert (reads, live) == ([200] * 20, 200)
    assert {each.status_code for each in answers} == {503}
    assert {each.json()["code"] for each in answers} == {"busy"}
    assert all(int(each.headers["Retry-After"]) > 0 for each in answers)
    assert {each.result().status_code for each in left} == {401}
