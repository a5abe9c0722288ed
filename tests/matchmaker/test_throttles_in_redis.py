"""How throttles count in Redis, and what is when that fails."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import connections

from project.lib.redis.clients import TIMEOUT_S
from tests.matchmaker.throttling import FAR, is_refused, sign_in

pytestmark = pytest.mark.usefixtures("throttles_on")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False], ids=["account", "address"])
def test_of_parallel_requests_the_limit_passes(rate, same):
    rate("sign_in", 5 if same else 1, factor=5)

    def status(number: int) -> int:
        email = "ann@example.com" if same else f"m{number}@example.com"
        try:
            return sign_in(email).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as threads:
        statuses = sorted(threads.map(status, range(40)))

    assert statuses == [401] * 5 + [429] * 35


def test_keys_tell_nothing_and_end(db, settings, rate):
    rate("sign_in", 3, 50)
    sign_in("ann@example.com", FAR[0])

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        keys = server.keys("throttle:*")
        lifetimes = [server.ttl(key) for key in keys]

    assert len(keys) == 2
    text = b" ".join(keys).lower()
    assert b"ann" not in text
    assert b"203.0" not in text
    assert all(45 <= seconds <= 50 for seconds in lifetimes)


def test_log_is_as_long_as_its_limit(db, settings, rate):
    rate("sign_in", 5)
    for _ in range(4):
        sign_in()
    rate("sign_in", 2)
    assert is_refused(sign_in())
    rate("sign_in", 100)

    assert not is_refused(sign_in())


@pytest.fixture
def _hanging(settings, throttles_on) -> Iterator[None]:
    """A Redis that takes connections, as many as its queue holds, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        yield


def test_without_redis_all_are_let_through(db, settings, rate, caplog):
    rate("sign_in", 1)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert [sign_in().status_code for _ in range(3)] == [401] * 3

    told = [r for r in caplog.records if "sign_in is not throttled" in r.getMessage()]
    assert [r.levelname for r in told] == ["WARNING"] * 3


@pytest.mark.usefixtures("_hanging")
def test_hanging_redis_costs_a_second(db, rate):
    rate("sign_in", 1)

    assert TIMEOUT_S <= 1
    assert sign_in().status_code == 401


def test_connections_that_redis_closed_cost_nothing(db, settings, rate):
    rate("sign_in", 1)
    sign_in()

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.client_kill_filter(_type="normal", skipme=True)
        server.script_flush()

    assert is_refused(sign_in())
