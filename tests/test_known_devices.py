"""Whoever guesses at an account elsewhere shuts its owner out of nothing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.core import signing
from django.test import Client
from rest_framework.test import APIClient

from matchmaker.models import Member
from project.lib.api import known_devices
from project.lib.api.rates import Rate
from referrals import one_time
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import SET, reset_link

HOME, ABROAD, STRANGER = "198.51.100.1", "198.51.100.2", "203.0.113.1"
PHONE = "+79991234567"
SIGN_IN, TOKEN = "/api/user/sign-in/", "/api/auth/token/login/"
DOORS = [SIGN_IN, TOKEN, "/api/v1/auth/login/"]
CODE_DOORS = ["/api/auth/login", "/api/auth/auth_code/"]


@pytest.fixture(autouse=True)
def _throttles(settings) -> None:
    settings.THROTTLES = True
    settings.THROTTLE_ADDRESS_FACTOR = 10
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {
        "sign_in": Rate(5, 600),
        "one_time_try": Rate(30, 600),
        "one_time_code": Rate(10, 600),
    }
    # Not where other tests of throttles, in another process, delete all keys.
    settings.REDIS_URL = urlsplit(settings.REDIS_URL)._replace(path="/9").geturl()
    server = redis.Redis.from_url(settings.REDIS_URL)
    server.flushdb()
    server.close()


@pytest.fixture
def ann(db) -> Member:
    return MemberFactory(email="ann@example.com")


def at(address: str, browser: APIClient | None = None) -> Callable[..., Any]:
    """Sign in from an address, with the cookies of `browser`."""
    client = browser or APIClient()

    def sign_in(password: str = "wrong", url: str = SIGN_IN, email: str = "") -> Any:
        given = {"email": email or "ann@example.com", "password": password}
        return client.post(url, given, REMOTE_ADDR=address)

    return sign_in


def guess(address: str = STRANGER) -> None:
    while at(address)().status_code != 429:
        pass


@pytest.mark.parametrize("url", DOORS)
def test_an_address_that_has_signed_in_is_counted_apart(ann, url):
    assert at(HOME)(PASSWORD, url).status_code == 200

    guess()

    assert at(ABROAD)(PASSWORD, url).status_code == 429
    assert at(HOME)(PASSWORD, url).status_code == 200


@pytest.mark.parametrize("url", DOORS)
def test_a_browser_that_has_signed_in_is_counted_apart_wherever_it_is(ann, url):
    browser = APIClient()
    answer = at(HOME, browser)(PASSWORD, url)
    cookie = answer.cookies[known_devices.COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"

    guess()

    assert at(ABROAD, browser)(PASSWORD, url).status_code == 200


def test_a_known_device_has_tries_of_its_own_and_no_more(ann):
    at(HOME)(PASSWORD)

    statuses = [at(HOME)().status_code for _try in range(6)]

    assert statuses == [401] * 5 + [429]
    assert at(STRANGER)(PASSWORD).status_code == 200


@pytest.mark.parametrize("url", DOORS)
def test_a_device_that_has_reset_the_password_is_counted_apart(ann, url):
    """Also where strangers go on guessing, and by its cookie at another address."""
    browser = APIClient()
    guess()
    given = {**reset_link(ann.email).used, "new_password": "another horse 8"}

    answer = browser.post(SET, given, REMOTE_ADDR=HOME)

    assert answer.status_code == 204
    guess()
    assert at(STRANGER)("another horse 8", url).status_code == 429
    assert at(HOME)("another horse 8", url).status_code == 200
    assert at(ABROAD, browser)("another horse 8", url).status_code == 200


def test_a_wrong_link_makes_no_device_known(ann):
    browser = APIClient()
    used = {**reset_link(ann.email).used, "token": "x"}

    answer = browser.post(SET, {**used, "new_password": "another horse 8"})

    assert answer.status_code == 400
    assert not browser.cookies


def test_guessing_makes_no_device_known(ann):
    browser = APIClient()

    answers = [at(STRANGER, browser)() for _try in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert not browser.cookies


def test_the_cookie_of_one_account_is_that_of_no_other(ann):
    MemberFactory(email="eve@example.com")
    browser = APIClient()
    assert at(STRANGER, browser)(PASSWORD, email="eve@example.com").status_code == 200

    for _try in range(5):
        at(STRANGER, browser)()

    assert at(STRANGER, browser)().status_code == 429


@pytest.mark.parametrize("value", ["", "x", "a b", "a:b:c", "\x00", "é"])
def test_forged_cookies_are_a_stranger(ann, value):
    browser = APIClient()
    browser.cookies[known_devices.COOKIE] = value
    guess()

    assert at(ABROAD, browser)(PASSWORD).status_code == 429


def test_a_cookie_made_for_something_else_is_a_strangers(ann):
    browser = APIClient()
    value = signing.get_cookie_signer(salt="other").sign("x y")
    browser.cookies[known_devices.COOKIE] = value
    guess()

    assert at(ABROAD, browser)(PASSWORD).status_code == 429


def test_the_admin_knows_the_addresses_of_its_staff(ann, client):
    ann.is_staff = True
    ann.save()
    given = {"username": ann.email, "password": PASSWORD}
    assert client.post("/admin/login/", given, REMOTE_ADDR=HOME).status_code == 302

    guess()

    abroad = Client().post("/admin/login/", given, REMOTE_ADDR=ABROAD)
    at_home = Client().post("/admin/login/", given, REMOTE_ADDR=HOME)
    assert b"throttled" in abroad.content
    assert at_home.status_code == 302


def ask(address: str) -> Any:
    given = {"phone_number": PHONE}
    return APIClient().post("/api/auth/request_code/", given, REMOTE_ADDR=address)


def try_code(address: str, code: str, url: str) -> Any:
    given = {"phone": PHONE, "code": code}
    if url == CODE_DOORS[1]:
        given = {"phone_number": PHONE, "confirmation_code": code}
    return APIClient().post(url, given, REMOTE_ADDR=address)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04}"


@pytest.mark.parametrize("url", CODE_DOORS)
def test_wrong_codes_of_strangers_use_up_no_code_of_a_known_device(db, url):
    assert try_code(HOME, one_time.issue(PHONE), url).status_code == 200
    code = one_time.issue(PHONE)

    statuses = [try_code(STRANGER, wrong(code), url).status_code for _ in range(5)]

    assert statuses == [400] * 5
    assert try_code(STRANGER, code, url).status_code == 400
    assert try_code(HOME, code, url).status_code == 200


@pytest.mark.parametrize("url", CODE_DOORS)
def test_a_known_device_has_five_tries_too(db, url):
    try_code(HOME, one_time.issue(PHONE), url)
    code = one_time.issue(PHONE)

    for _try in range(5):
        try_code(HOME, wrong(code), url)

    assert try_code(HOME, code, url).status_code == 400


@pytest.mark.parametrize("url", CODE_DOORS)
def test_thirty_tries_of_a_stranger_leave_the_owner_in(db, url):
    try_code(HOME, one_time.issue(PHONE), url)
    code = one_time.issue(PHONE)
    while try_code(STRANGER, wrong(code), url).status_code != 429:
        pass

    assert try_code(ABROAD, code, url).status_code == 429
    assert try_code(HOME, code, url).status_code == 200


def test_a_stranger_who_asks_for_codes_leaves_the_owner_some(db):
    try_code(HOME, one_time.issue(PHONE), CODE_DOORS[0])
    while ask(STRANGER).status_code != 429:
        pass

    assert ask(ABROAD).status_code == 429
    assert ask(HOME).status_code == 200


def test_redis_holds_neither_account_nor_address_in_clear(ann):
    at(HOME)(PASSWORD)

    server = redis.Redis.from_url(django_settings.REDIS_URL)
    keys = [key.decode() for key in server.keys("known:*")]
    lives = [server.ttl(key) for key in keys]
    server.close()

    assert len(keys) == 1
    assert "ann" not in keys[0].lower()
    assert HOME not in keys[0]
    assert 0 < lives[0] <= known_devices.ADDRESS_MAX_AGE_S
