"""Passwords are tried so often, of one account and from one address."""

import json
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client
from rest_framework.test import APIClient

from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.throttling import (
    FAR,
    SIGN_IN,
    TOKEN,
    admin_login,
    is_refused,
    sign_in,
)

pytestmark = pytest.mark.usefixtures("throttles_on")


def test_one_account_is_tried_so_often_from_all_addresses_and_doors(db, rate):
    rate("sign_in", 3)

    assert not is_refused(sign_in(" Ann@example.com", FAR[0], SIGN_IN))
    assert not is_refused(sign_in("ANN@example.com ", FAR[1], TOKEN))
    assert not is_refused(sign_in("ann@ｅxample.com", FAR[2], TOKEN))

    assert is_refused(sign_in("ann@example.com", FAR[3], SIGN_IN))
    assert is_refused(sign_in("ann@example.com", FAR[4], TOKEN))
    assert "id_username" in (page := admin_login("aNN@example.com", FAR[5]))
    assert "Request was throttled" in page
    assert not is_refused(sign_in("eve@example.com", FAR[0]))


def test_right_password_is_refused_too(ann, rate):
    rate("sign_in", 1)
    sign_in(ann.email)

    given = {"email": ann.email, "password": PASSWORD}

    assert is_refused(APIClient().post(SIGN_IN, given))


def test_one_address_tries_so_many_accounts(db, rate):
    rate("sign_in", 2, factor=3)

    statuses = [sign_in(f"m{n}@example.com").status_code for n in range(7)]

    assert statuses == [401] * 6 + [429]
    assert is_refused(sign_in("m8@example.com", url=TOKEN))
    assert not is_refused(sign_in("m8@example.com", FAR[1]))


def test_refusals_of_an_account_use_nothing_up_of_its_address(db, rate):
    rate("sign_in", 1, factor=3)

    for _ in range(5):
        sign_in("ann@example.com")

    assert not is_refused(sign_in("b@example.com"))
    assert not is_refused(sign_in("c@example.com"))
    assert is_refused(sign_in("d@example.com"))


@pytest.mark.parametrize("email", [5, ["a"], {"a": 1}, True, "\0"])
def test_strange_emails_count_as_any(db, rate, email):
    rate("sign_in", 1)
    given = json.dumps({"email": email, "password": "x"})

    def status() -> int:
        client = APIClient()
        return client.post(SIGN_IN, given, content_type="application/json").status_code

    assert status() in (400, 401)
    assert status() == 429


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{", r'{"email": "\ud800"}'])
def test_broken_body_is_told(db, body):
    response = APIClient().post(SIGN_IN, body, content_type="application/json")

    assert response.status_code == 400


def test_refused_sign_in_hashes_nothing(ann, rate, monkeypatch):
    rate("sign_in", 1)
    sign_in(ann.email)
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)

    sign_in(ann.email)
    sign_in(ann.email, url=TOKEN)
    admin_login(ann.email)

    assert hashed == []
    sign_in("b@example.com")
    assert len(hashed) == 1


def test_other_methods_do_not_count(db, rate):
    rate("sign_in", 1)

    for method in ("get", "put", "options"):
        for _ in range(3):
            assert not is_refused(getattr(APIClient(), method)(SIGN_IN))


# --- the admin ----------------------------------------------------------------------


@pytest.mark.usefixtures("plain_static_files")
def test_admins_page_shows_the_refusal(db, rate):
    staff = MemberFactory(is_staff=True)
    rate("sign_in", 2)

    assert admin_login(staff.email, password=PASSWORD) == ""
    for _try in range(2):
        assert "Request was throttled" not in admin_login(staff.email)

    assert "Request was throttled" in admin_login(staff.email, password=PASSWORD)
    assert is_refused(sign_in(staff.email))
    assert admin_login(MemberFactory(is_staff=True).email, password=PASSWORD) == ""


@pytest.mark.usefixtures("plain_static_files")
def test_staffs_own_password_is_throttled(db, rate):
    rate("password", 1)
    browser = Client()
    browser.force_login(MemberFactory(is_staff=True))
    given = {"old_password": "x", "new_password1": "y", "new_password2": "y"}

    first = browser.post("/admin/password_change/", given).context["form"]
    second = browser.post("/admin/password_change/", given).context["form"]

    assert "throttled" not in str(first.errors)
    assert "Request was throttled" in str(second.errors["old_password"])
