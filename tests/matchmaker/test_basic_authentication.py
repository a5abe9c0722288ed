"""Basic authentication of map programs, by e-mail and password."""

from base64 import b64encode
from typing import Any

import pytest
import redis
from django.core.cache import cache
from rest_framework.test import APIClient

from matchmaker import services

ITEMS = "/api/ogc/collections/events/items"
PASSWORD = "correct horse 7 battery"


def basic(email: str, password: str) -> dict[str, str]:
    text = b64encode(f"{email}:{password}".encode()).decode()
    return {"Authorization": f"Basic {text}"}


@pytest.fixture
def bob(db, settings, own_redis):
    cache.clear()
    with redis.Redis.from_url(settings.REDIS_URL) as limiter:
        limiter.flushdb()  # what is counted and known is not in the cache's database
    return services.register_member(email="bob@example.com", password=PASSWORD)


def read(api: APIClient, headers: dict[str, str]) -> Any:
    return api.get(ITEMS, headers=headers)


def test_basic_signs_in_by_email_and_password(bob, api):
    assert read(api, basic("BOB@example.com", PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic x y", "Basic !", "Basic YWJj", "Basic //8=", "Basic YQBiOmMAZA==",
     f"Basic {b64encode(b'bob@example.com:wrong').decode()}",
     f"Basic {b64encode(b'bob@example.com:').decode()}",
     f"Basic {b64encode(b'e' * 300 + b':' + b'p' * 9000).decode()}"],
)  # fmt: skip
def test_wrong_basic_is_401(bob, api, header):
    response = read(api, {"Authorization": header})

    assert response.status_code == 401
    assert response.json().keys() == {"detail", "code"}


def test_basic_is_for_map_programs_alone(bob, api):
    response = api.get("/api/events/", headers=basic("bob@example.com", PASSWORD))

    assert response.status_code == 401
    assert "Basic" not in response["WWW-Authenticate"]


def test_basic_ends_with_the_password_and_the_account(bob, api):
    headers = basic("bob@example.com", PASSWORD)
    assert read(api, headers).status_code == 200

    services.change_password(bob, "another horse 8 battery")
    assert read(api, headers).status_code == 401

    new = basic("bob@example.com", "another horse 8 battery")
    assert read(api, new).status_code == 200
    services.delete_member(bob)
    assert read(api, new).status_code == 401


def test_tries_are_throttled_and_repeats_are_not(bob, api, settings):
    settings.THROTTLES = True
    limit = settings.THROTTLE_RATES["sign_in"].limit
    right = basic("bob@example.com", PASSWORD)
    assert {read(api, right).status_code for _ in range(2 * limit)} == {200}

    wrong = basic("bob@example.com", "wrong")
    statuses = [read(api, wrong).status_code for _ in range(limit + 1)]

    assert statuses == [401] * limit + [429]
    assert read(api, right).status_code == 429  # guesses learn nothing more


def test_guesses_elsewhere_neither_hit_nor_lock_out(bob, api, settings):
    settings.THROTTLES = True
    limit = settings.THROTTLE_RATES["sign_in"].limit
    right = basic("bob@example.com", PASSWORD)
    wrong = basic("bob@example.com", "wrong")
    home = {"REMOTE_ADDR": "192.0.2.1"}
    elsewhere = {"REMOTE_ADDR": "198.51.100.1"}
    assert api.get(ITEMS, headers=right, **home).status_code == 200

    for _ in range(limit):
        last = api.get(ITEMS, headers=wrong, **elsewhere)

    assert last.status_code == 429
    guessed = api.get(ITEMS, headers=right, **elsewhere)
    assert guessed.status_code == 429
    assert api.get(ITEMS, headers=right, **home).status_code == 200
    services.change_password(bob, "another horse 8 battery")
    new = basic("bob@example.com", "another horse 8 battery")
    assert api.get(ITEMS, headers=new, **home).status_code == 200


def test_redis_has_no_password(bob, api):
    assert read(api, basic("bob@example.com", PASSWORD)).status_code == 200

    client = cache._cache.get_client()
    stored = b"".join(key + client.get(key) for key in client.scan_iter())
    assert b"basic:" in stored
    assert PASSWORD.encode() not in stored
    assert b"bob@example.com" not in stored
