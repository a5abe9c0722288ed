"""/api/v1/auth/: sign-up by somebody's invitation, and the doors beside it."""

import pytest
from rest_framework.test import APIClient

from matchmaker.models import Member
from referrals import errors, services
from referrals.models import InviteCode, Referral
from tests.factories import PASSWORD, MemberFactory
from tests.referrals.factories import InviteCodeFactory

SIGN_UP = "/api/v1/auth/signup/"
SIGN_IN = "/api/v1/auth/login/"
REFRESH = "/api/v1/auth/refresh_token/"

GIVEN = {"email": "new@example.com", "password": PASSWORD}
UNKNOWN = ["This invitation code does not exist or is no longer active."]


@pytest.fixture(autouse=True)
def _database(db) -> None:
    pass


def test_sign_up_with_a_code(api):
    code = InviteCodeFactory()

    answer = api.post(
        SIGN_UP,
        {**GIVEN, "username": "Ann", "code_by_inviter": f" {code.code.lower()} "},
    )

    assert answer.status_code == 201
    assert answer.json().keys() == {"access", "refresh"}
    member = Member.objects.get(email=GIVEN["email"])
    assert member.first_name == "Ann"
    made = Referral.objects.get()
    assert (made.invited, made.referrer) == (member, code.member)
    assert made.at_sign_up
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert api.get("/api/v1/profiles/me").json()["activated_invite"] == code.code


@pytest.mark.parametrize(
    "none", [{}, {"code_by_inviter": ""}, {"code_by_inviter": None}]
)
def test_sign_up_without_a_code(api, none):
    assert api.post(SIGN_UP, {**GIVEN, **none}).status_code == 201

    assert Member.objects.get().first_name == ""
    assert not Referral.objects.exists()


@pytest.mark.parametrize("dead", ["expired", "ended", "inactive", "unknown", "forged"])
def test_bad_code_makes_no_account(api, dead):
    code = "ZZZZZZ"
    if dead in ("expired", "ended"):
        code = InviteCodeFactory(**{dead: True}).code
    elif dead == "inactive":
        code = InviteCodeFactory(member__is_active=False).code
    elif dead == "forged":
        code = "eyJ1c2VyX2lkIjogMX0="

    answer = api.post(SIGN_UP, {**GIVEN, "code_by_inviter": code})

    assert answer.status_code == 400
    assert answer.json() == {"code_by_inviter": UNKNOWN}
    assert not Member.objects.filter(email=GIVEN["email"]).exists()


def test_code_that_died_after_the_check_makes_no_account(api):
    code = InviteCodeFactory()
    api.post(SIGN_UP, {**GIVEN, "code_by_inviter": code.code})  # Redis knows it
    InviteCode.objects.update(ended_at=code.created_at)

    with pytest.raises(errors.InviteCodeUnknown):
        services.sign_up(code.code, meta={}, email="b@example.com", password="x")

    assert not Member.objects.filter(email="b@example.com").exists()


def test_all_that_is_wrong_is_told_at_once(api):
    taken = MemberFactory().email

    answer = api.post(
        SIGN_UP, {"email": taken, "password": "1", "code_by_inviter": "ZZZZZZ"}
    )

    assert answer.status_code == 400
    assert answer.json().keys() == {"email", "password", "code_by_inviter"}


def test_password_like_the_username_is_refused(api):
    given = {**GIVEN, "username": "Wolfeschlegel", "password": "wolfeschlegel1"}

    assert api.post(SIGN_UP, given).json().keys() == {"password"}


@pytest.mark.parametrize("value", [5.5, [], {}, True, "\0", "A" * 400])
def test_nonsense_is_told(api, value):
    given = {"email": value, "password": value, "code_by_inviter": value}

    answer = api.post(SIGN_UP, {**given, "username": value})

    assert answer.status_code == 400
    assert not Member.objects.exists()


def test_first_name_may_be_another_ones(api):
    for n in range(2):
        given = {**GIVEN, "email": f"{n}@example.com", "username": "Ann"}
        assert api.post(SIGN_UP, given).status_code == 201


@pytest.mark.parametrize("given", [{}, {"first_name": ""}, {"first_name": "Ann"}])
def test_username_is_the_first_name_by_another_name(api, given):
    answer = api.post(SIGN_UP, {**GIVEN, "username": "Ann", **given})

    assert answer.status_code == 201
    assert Member.objects.get().first_name == "Ann"


def test_empty_username_leaves_the_first_name(api):
    given = {**GIVEN, "first_name": "Ann", "username": ""}

    assert api.post(SIGN_UP, given).status_code == 201

    assert Member.objects.get().first_name == "Ann"


def test_two_first_names_are_refused_with_all_else(api):
    names = {"first_name": "Ann", "username": "ann1990"}

    answer = api.post(SIGN_UP, {"email": "none", "password": "123", **names})

    assert answer.status_code == 400
    assert answer.json().keys() == {"email", "password", "username"}
    assert not Member.objects.exists()


def test_wrong_first_name_is_told_on_its_field(api):
    names = {"first_name": ["Ann"], "username": "Ann"}

    answer = api.post(SIGN_UP, {**GIVEN, **names}, format="json")

    assert answer.status_code == 400
    assert answer.json().keys() == {"first_name"}


def test_password_is_not_the_username(api):
    given = {**GIVEN, "password": "Konstantinopolsky"}

    answer = api.post(SIGN_UP, {**given, "username": "Konstantinopolsky"})

    assert answer.status_code == 400
    assert answer.json().keys() == {"password"}


def test_sign_in_and_refresh(ann):
    api = APIClient()
    pair = api.post(SIGN_IN, {"email": ann.email, "password": PASSWORD})
    assert pair.status_code == 200

    renewed = api.post(REFRESH, {"refresh": pair.json()["refresh"]})

    assert renewed.status_code == 200
    assert renewed.json().keys() == {"access", "refresh"}
    assert api.post(REFRESH, {"refresh": pair.json()["refresh"]}).status_code == 401
    assert api.post(SIGN_IN, {"email": ann.email, "password": "x"}).status_code == 401
