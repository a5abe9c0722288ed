"""How throttles count in Redis, and what is when that fails."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from django.db import connections
from rest_framework.test import APIClient

from project.lib.redis.process_limits import ProcessLimits, limits_of_process
from tests.harness.redis_server import RedisServer
from tests.matchmaker.throttling import FAR, TOKEN, is_refused, sign_in
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("throttles_on", "nothing_counted")


@pytest.fixture
def nothing_counted() -> None:
    """The process has counted in no test before."""
    limits_of_process.forget()


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


@pytest.fixture
def refusing(settings, throttles_on, tmp_path, request) -> Iterator[RedisServer]:
    """A Redis that is up and takes no writes, for one reason or another."""
    with RedisServer(tmp_path) as server:
        request.param(server.client)
        settings.REDIS_URL = server.url
        yield server


def fill(client: redis.Redis) -> None:
    client.config_set("maxmemory", 1)


def follow(client: redis.Redis) -> None:
    client.replicaof("127.0.0.1", "1")


def miss_replicas(client: redis.Redis) -> None:
    client.config_set("min-replicas-to-write", 1)


def password(n: int) -> Any:
    return sign_in(peer=FAR[n % len(FAR)])


def token(n: int) -> Any:
    return sign_in(peer=FAR[n % len(FAR)], url=TOKEN)


def reset_link(n: int) -> Any:
    return APIClient().post(
        "/api/clients/reset_password/",
        {"email": "nobody@example.com"},
        REMOTE_ADDR=FAR[n % len(FAR)],
    )


@pytest.mark.parametrize("guess", [password, token, reset_link])
@pytest.mark.parametrize("refusing", [fill, follow, miss_replicas], indirect=True)
def test_secrets_are_throttled_if_redis_refuses_writes(db, refusing, rate, guess):
    rate("sign_in", 5)
    rate("reset_link", 5)

    statuses = [guess(n).status_code for n in range(40)]

    assert statuses[5:] == [429] * 35
    assert 429 not in statuses[:5]


def test_without_redis_each_process_counts(db, settings, rate, caplog):
    rate("sign_in", 2)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answers = [sign_in() for _ in range(40)]

    assert [a.status_code for a in answers] == [401] * 2 + [429] * 38
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert sign_in("other@example.com", FAR[1]).status_code == 401
    text = "sign_in is throttled by each process"
    told = [r for r in caplog.records if text in r.getMessage()]
    assert {r.levelname for r in told} == {"WARNING"}


def test_process_counts_an_address_too(db, settings, rate):
    rate("sign_in", 2, factor=5)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    statuses = [sign_in(f"m{n}@example.com").status_code for n in range(40)]

    assert statuses == [401] * 10 + [429] * 30


@pytest.mark.django_db(transaction=True)
def test_of_parallel_requests_the_limit_passes_without_redis(settings, rate):
    rate("sign_in", 5)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    statuses = at_once(*[lambda: sign_in().status_code] * 16)

    assert sorted(statuses) == [401] * 5 + [429] * 11


def test_process_forgets_what_was_used_least_recently():
    limits = ProcessLimits(max_keys=100)
    for number in range(1000):
        assert limits.count({"account": 1000, f"address {number}": 5}, 3600) == 0

    assert len(limits) == 100
    assert limits.count({"account": 1000}, 3600) > 0


def test_process_remembers_what_is_tried_on():
    limits = ProcessLimits(max_keys=100)
    limits.count({"account": 1}, 3600)
    for number in range(1000):
        limits.count({f"other {number}": 1}, 3600)
        assert limits.count({"account": 1}, 3600) > 0


def test_process_counts_wholly_or_not_at_all():
    limits = ProcessLimits()

    assert limits.count({"a": 5, "b": 50}, 60, times=6) == 60
    assert limits.count({"a": 5, "b": 50}, 60, times=5) == 0
    assert [limits.count({"a": 5, "b": 50}, 60) > 0 for _ in range(3)] == [True] * 3
    assert limits.count({"b": 50}, 60, times=45) == 0
    assert limits.count({"b": 50}, 60) > 0


@pytest.mark.usefixtures("_hanging")
def test_hanging_redis_costs_a_second(db, settings, rate):
    rate("sign_in", 1)

    assert settings.REDIS_TIMEOUT_S <= 1
    assert sign_in().status_code == 401


def test_connections_that_redis_closed_cost_nothing(db, settings, rate):
    rate("sign_in", 1)
    sign_in()

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.client_kill_filter(_type="normal", skipme=True)
        server.script_flush()

    assert is_refused(sign_in())
