"""The cookie that remembers the phone, and that a code alone signs nobody in."""

import pytest
from django.core.signing import get_cookie_signer
from rest_framework.test import APIClient

from referrals import phone_cookie as remembered
from tests.referrals.phones import SIGN_IN, SIGN_UP, asked, new_phone, wrong_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _codes(settings, own_redis):
    settings.OTP_ECHO = True


@pytest.fixture
def phone() -> str:
    return new_phone()


def test_code_alone_signs_nobody_in(phone):
    answer = APIClient().post(SIGN_IN, {"code": asked(phone)})

    assert answer.status_code == 400
    assert answer.json() == {"phone": ["This field is required."]}


@pytest.mark.parametrize(
    ("none", "format"), [(None, "json"), ("", "json"), (" ", "json"), ("", "multipart")]
)
def test_empty_phone_is_that_of_the_cookie(api, phone, none, format):
    given = {"phone": none, "code": asked(phone)}

    without = api.post(SIGN_IN, given, format=format)
    given["code"] = api.post(SIGN_UP, {"phone": phone}).json()["code"]
    answer = api.post(SIGN_IN, given, format=format)

    assert (without.status_code, [*without.json()]) == (400, ["phone"])
    assert answer.status_code == 200


@pytest.mark.parametrize("https", [True, False])
def test_attributes(api, settings, phone, https):
    settings.SESSION_COOKIE_SECURE = https

    cookie = api.post(SIGN_UP, {"phone": phone}).cookies["phone"]

    assert cookie["max-age"] == 300
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert (cookie["path"], bool(cookie["secure"])) == (SIGN_IN, https)


def test_wrong_code_keeps_it_and_the_right_one_deletes_it(api, phone):
    code = api.post(SIGN_UP, {"phone": phone}).json()["code"]

    wrong = api.post(SIGN_IN, {"code": wrong_for(code)})
    right = api.post(SIGN_IN, {"code": code})

    assert wrong.status_code == 400
    assert "phone" not in wrong.cookies
    assert right.status_code == 200
    deleted = right.cookies["phone"]
    assert (deleted.value, deleted["max-age"], deleted["path"]) == ("", 0, SIGN_IN)


def test_phone_that_is_given_goes_before_it(api, phone):
    other = new_phone()
    api.post(SIGN_UP, {"phone": phone})

    answer = api.post(SIGN_IN, {"phone": other, "code": asked(other)})

    assert answer.status_code == 200


def test_cookie_of_another_phone_does_not_help(api, phone):
    api.post(SIGN_UP, {"phone": new_phone()})
    code = asked(phone)
    mine = api.post(SIGN_UP, {"phone": new_phone()}).json()["code"]

    answer = api.post(SIGN_IN, {"code": code if code != mine else wrong_for(mine)})

    assert answer.json().keys() == {"code"}


def signed(phone: str, salt: str) -> str:
    return get_cookie_signer(salt="phone" + salt).sign(phone)


def test_forged_cookie_is_none(api, phone):
    genuine = signed(phone, remembered.__name__)
    forged = ["", "x", phone, f"{phone}:x:y", signed(phone, "other"), genuine[:-1]]

    for value in forged:
        api.cookies["phone"] = value
        assert api.post(SIGN_IN, {"code": asked(phone)}).json().keys() == {"phone"}
    api.cookies["phone"] = genuine
    assert api.post(SIGN_IN, {"code": asked(phone)}).status_code == 200


def test_cookie_is_as_old_as_its_code_can_be(api, phone, monkeypatch):
    api.post(SIGN_UP, {"phone": phone})
    code = asked(phone)
    monkeypatch.setattr(remembered.constants, "ONE_TIME_CODE_LIFETIME_S", -1)

    assert api.post(SIGN_IN, {"code": code}).json().keys() == {"phone"}
