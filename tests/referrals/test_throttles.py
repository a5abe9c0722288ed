"""How often codes may be tried, made and looked up: on a real Redis."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from project.lib.api.rates import Rate
from tests.factories import PASSWORD, MemberFactory
from tests.referrals.factories import InviteCodeFactory

FAR = "203.0.113.7"
DOORS = [
    ("/api/v1/profiles/me", "activated_invite"),
    ("/api/profile/activate_invite/", "invite_code"),
    ("/api/v1/users/activate_invite_code/", "invite_code"),
]


@pytest.fixture(autouse=True)
def _on(settings) -> None:
    settings.THROTTLES = True
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, Rate(1000, 60))
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        for key in server.keys("throttle:*"):
            server.delete(key)


def test_codes_are_guessed_so_often_through_all_doors(as_ann, settings):
    settings.THROTTLE_RATES["activate_code"] = Rate(3, 60)

    statuses = [as_ann.post(path, {name: "ZZZZZZ"}).status_code for path, name in DOORS]

    assert statuses == [400, 400, 400]
    right = InviteCodeFactory().code
    for path, name in DOORS:
        assert as_ann.post(path, {name: right}).status_code == 429
    assert as_ann.get(DOORS[0][0]).status_code == 200


def test_an_address_guesses_so_often_with_many_accounts(db, signed_in, settings):
    settings.THROTTLE_RATES["activate_code"] = Rate(1, 60)
    settings.THROTTLE_ADDRESS_FACTOR = 2
    path, name = DOORS[0]

    statuses = [
        signed_in(member).post(path, {name: "ZZZZZZ"}, REMOTE_ADDR=FAR).status_code
        for member in MemberFactory.create_batch(3)
    ]

    assert statuses == [400, 400, 429]


def test_emails_are_looked_up_so_often(as_ann, settings):
    settings.THROTTLE_RATES["code_by_email"] = Rate(2, 60)
    path = "/api/v1/users/get_invite_code_by_email/"

    statuses = [
        as_ann.post(path, {"email": f"m{n}@example.com"}).status_code for n in range(3)
    ]

    assert statuses == [200, 200, 429]


def test_codes_are_made_so_often(as_ann, settings):
    settings.THROTTLE_RATES["invite_code"] = Rate(1, 60)
    path, given = "/api/v1/users/invite_code/", {"expires_at": "2000-01-01"}
    assert as_ann.post(path, given).status_code == 400

    given = {"expires_at": f"{datetime.now(UTC).date() + timedelta(days=2)}"}

    assert as_ann.post(path, given).status_code == 201
    as_ann.delete(path)
    assert as_ann.post(path, given).status_code == 429


def test_codes_are_guessed_at_sign_up_as_often_as_one_signs_up(api, db, settings):
    settings.THROTTLE_RATES["sign_up"] = Rate(1, 60)
    given = {"email": "x", "password": PASSWORD, "code_by_inviter": "ZZZZZZ"}

    statuses = [
        api.post("/api/v1/auth/signup/", given).status_code,
        api.post("/api/v1/auth/signup/", given).status_code,
        api.post("/api/user/sign-up/", given).status_code,
    ]

    assert statuses == [400, 429, 429]


def test_passwords_are_tried_so_often_through_this_door_too(api, ann, settings):
    settings.THROTTLE_RATES["sign_in"] = Rate(1, 60)
    given = {"email": ann.email, "password": "wrong"}

    statuses = [
        api.post(path, given).status_code
        for path in ("/api/v1/auth/login/", "/api/user/sign-in/")
    ]

    assert statuses == [401, 429]
