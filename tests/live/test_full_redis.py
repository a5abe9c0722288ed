"""A Redis that is up and refuses writes: what fails, and what the log has of it."""

from collections.abc import Iterator

import httpx
import pytest
import redis

from tests.harness.daphne import Server, daphne
from tests.harness.redis_server import RedisServer
from tests.harness.requests import new_email
from tests.harness.waiting import wait_until
from tests.referrals.phones import new_phone

REQUESTS = 40
LIMIT = 5


@pytest.fixture
def full(tmp_path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as made:
        made.client.config_set("maxmemory", 1)
        yield made


@pytest.fixture
def throttling(transactional_db, tmp_path, full) -> Iterator[Server]:
    with daphne(
        tmp_path,
        REDIS_URL=full.url,
        THROTTLES="on",
        THROTTLE_SIGN_IN=f"{LIMIT}/hour",
        THROTTLE_ONE_TIME_CODE="1000/hour",
        THROTTLE_EVENT="1000/hour",
    ) as made:
        yield made


@pytest.fixture
def asking(throttling) -> Iterator[httpx.Client]:
    with throttling.client() as anonymous:
        yield anonymous


def test_wrong_passwords_are_bounded_and_codes_are_503(throttling, asking, new_key):
    email = new_email()
    guess = {"email": email, "password": "wrong horse 7"}

    answers = [asking.post("/api/user/sign-in/", json=guess) for _ in range(REQUESTS)]
    code = asking.post("/api/auth/request_code/", json={"phone_number": new_phone()})

    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * LIMIT + [429] * (REQUESTS - LIMIT)
    assert code.status_code == 503, code.text
    assert code.json()["code"] == "unavailable"
    assert int(code.headers["Retry-After"]) > 0
    assert asking.get("/health/ready").json()["failing"] == ["redis"]
    assert not tracebacks(throttling)


def test_log_does_not_grow_with_requests(throttling, asking, new_key):
    asking.headers["Authorization"] = f"Token {new_key()}"

    def create() -> None:
        for number in range(REQUESTS):
            body = {"title": f"Fest {number}"}
            assert asking.post("/api/events/create/", json=body).status_code == 202

    create()
    wait_until(lambda: "maxmemory" in throttling.log.read_text())
    size = throttling.log.stat().st_size
    create()
    create()

    assert not tracebacks(throttling)
    # Less than a line a request: a line a minute, for each place where Redis fails.
    assert throttling.log.stat().st_size - size < 2 * REQUESTS * 40


def test_redis_that_takes_writes_again_is_used_again(throttling, asking, full):
    assert asking.get("/health/ready").json()["failing"] == ["redis"]

    full.client.config_set("maxmemory", 0)

    def failing() -> list[str]:
        return asking.get("/health/ready").json()["failing"]

    wait_until(lambda: failing() == ["workers", "sweeper"])
    guess = {"email": new_email(), "password": "wrong horse 7"}
    assert asking.post("/api/user/sign-in/", json=guess).status_code == 401
    assert counted(full.client) == 2


def counted(client: redis.Redis) -> int:
    return len(client.keys("throttle:sign_in:*"))


def tracebacks(server: Server) -> list[str]:
    return [line for line in server.log.read_text().splitlines() if "Traceback" in line]
