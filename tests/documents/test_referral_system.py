"""Referal_System's document: codes that end, and whom one has brought."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.documents.people import People, Person, is_refused, new_email
from tests.harness.processes import ROOT
from tests.harness.requests import PASSWORD
from tests.harness.waiting import wait_until
from tests.referrals.hunter_server import COMBINED, PERSON, VERIFIER

INVITE_CODE = re.compile(r"[A-Z0-9]{6}")
SIGN_UP = "/api/v1/auth/signup/"
OWN_CODE = "/api/v1/users/invite_code/"
BY_EMAIL = "/api/v1/users/get_invite_code_by_email/"
ACTIVATE = "/api/v1/users/activate_invite_code/"

difference = pytest.mark.difference


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0).isoformat()


def create_code(person: Person, days: int = 30) -> httpx.Response:
    return person.post(OWN_CODE, json={"expires_at": in_days(days)})


def activate(person: Person, code: str) -> httpx.Response:
    return person.post(ACTIVATE, json={"invite_code": code})


def with_own_code(people: People) -> tuple[Person, str]:
    """A member without a code of the sign-in by phone, who has made one."""
    person = people.by_phone()
    person.delete(OWN_CODE)
    return person, create_code(person).json()["invite_code"]


def referrals(reader: Person, referrer: Person) -> list[dict[str, Any]]:
    page = reader.get(f"/api/v1/users/{referrer.id}/")
    assert page.status_code == 200, page.text
    return page.json()["results"]


@pytest.fixture(scope="module")
def referrer(people) -> Person:
    """Signed up by e-mail; has a code."""
    person, answer = people.by_email(SIGN_UP, username="Ray")
    person.use_jwt(answer.json()["access"])
    assert create_code(person).status_code == 201
    return person


@pytest.fixture(scope="module")
def code(referrer) -> str:
    return referrer.get(OWN_CODE).json()["invite_code"]


@pytest.fixture(scope="module")
def invited(people, referrer, code) -> tuple[Person, httpx.Response]:
    """Signed up by the referrer's code."""
    person, answer = people.by_email(SIGN_UP, username="Ivy", code_by_inviter=code)
    person.use_jwt(answer.json()["access"])
    return person, answer


@pytest.fixture(scope="module")
def stranger(people) -> Person:
    return people.by_phone(first_name="Stan")


# --- What is asked for ------------------------------------------------------------


@difference("no-oauth2")
def test_registration_and_authentication_by_jwt(referrer, nobody):
    given = {"email": referrer.email, "password": PASSWORD}

    pair = nobody.post("/api/v1/auth/login/", json=given).json()

    assert pair.keys() == {"access", "refresh"}
    assert pair["access"].count(".") == 2
    assert referrer.headers["Authorization"].startswith("Bearer ")
    assert referrer.id


@difference("random-codes")
def test_code_is_created(people):
    person = people.by_phone()
    person.delete(OWN_CODE)

    answer = create_code(person)

    assert answer.status_code == 201
    assert answer.json().keys() == {"invite_code", "expires_at"}
    assert INVITE_CODE.fullmatch(answer.json()["invite_code"])
    assert person.get(OWN_CODE).json() == answer.json()


@difference("statuses")
def test_code_is_deleted(people, stranger):
    person, code = with_own_code(people)

    answer = person.delete(OWN_CODE)

    assert answer.status_code == 204
    assert person.get(OWN_CODE).status_code == 404
    assert is_refused(activate(stranger, code), "invite_code")


def test_one_code_is_active_at_a_time(referrer, code):
    answer = create_code(referrer)

    assert (answer.status_code, answer.json()["code"]) == (409, "invite_code_active")
    assert referrer.get(OWN_CODE).json()["invite_code"] == code


def test_code_needs_its_end(people):
    person = people.by_phone()
    person.delete(OWN_CODE)
    ends: list[dict[str, str]] = [{}, {"expires_at": "2020-01-01T00:00:00Z"}]

    refused = [person.post(OWN_CODE, json=end) for end in ends]
    made = person.post(OWN_CODE, json={"expires_at": in_days(30)})

    assert all(is_refused(answer, "expires_at") for answer in refused)
    end = datetime.fromisoformat(made.json()["expires_at"])
    assert end == datetime.fromisoformat(in_days(30)).replace(second=end.second)


def test_code_is_found_by_the_email_of_its_owner(stranger, referrer, code):
    found = stranger.post(BY_EMAIL, json={"email": str(referrer.email).upper()})
    unknown = stranger.post(BY_EMAIL, json={"email": new_email()})

    assert (found.status_code, found.json()) == (200, {"invite_code": code})
    assert (unknown.status_code, unknown.json()) == (200, {"invite_code": None})


def test_sign_up_by_a_code_makes_a_referral(referrer, invited):
    assert invited[0].id in [row["id"] for row in referrals(referrer, referrer)]


def test_referrals_are_told_by_the_id_of_the_referrer(stranger, referrer, invited):
    rows = referrals(stranger, referrer)

    assert all(row.keys() == {"id", "first_name", "activated_at"} for row in rows)
    names = {row["id"]: row["first_name"] for row in rows}
    assert names[invited[0].id] == "Ivy"


def test_documentation_is_swagger_and_redoc(nobody):
    swagger, redoc = nobody.get("/api/v1/schema/docs/"), nobody.get("/redoc")

    assert "swagger-ui" in swagger.text
    assert "redoc" in redoc.text


# --- What may be beside -----------------------------------------------------------


@pytest.fixture
def proven(service, invited, mailbox) -> Person:
    """Whoever was invited, with a proven e-mail: else nothing is told of it."""
    if service.hunter is None:
        pytest.skip("without a HUNTER_API_KEY nobody is looked up")
    person = invited[0]
    if not person.me()["email_verified"]:
        assert person.post("/api/clients/me/verify_email/").status_code == 204

        def links() -> list[tuple[str, str]]:
            return re.findall(r"#verify/(\S+)/(\S+)", " ".join(mailbox(person.email)))

        wait_until(lambda: bool(links()))
        used = dict(zip(("uid", "token"), links()[-1], strict=True))
        path = "/api/clients/verify_email_confirm/"
        assert person.post(path, json=used).status_code == 204
    return person


@difference("clearbit-by-hunter")
def test_who_signs_up_is_enriched(service, proven):
    person = proven

    wait_until(lambda: person.me()["enrichment"] is not None)

    assert person.me()["enrichment"]["person"] == PERSON
    asked = [q for q in service.hunter.asked if q.path == COMBINED]
    assert person.email in [question.query["email"] for question in asked]


def test_email_is_verified_at_hunter(service, proven):
    person = proven

    wait_until(lambda: person.me()["email_status"] is not None)

    assert person.me()["email_status"] == "valid"
    asked = [q for q in service.hunter.asked if q.path == VERIFIER]
    assert person.email in [question.query["email"] for question in asked]


def test_readme_describes_starting_and_testing():
    readme = (ROOT / "README.md").read_text()

    assert all(command in readme for command in ("make run", "make test"))
    assert "docker compose up --build" in readme


def test_database_is_migrated():
    apps = ("matchmaker", "events", "referrals", "chat")

    assert all([*(ROOT / app / "migrations").glob("0001_*.py")] for app in apps)


# --- What is required -------------------------------------------------------------

WRONG = {
    "no JSON": b"{",
    "a list": b"[]",
    "nothing": b"",
    "null": b"null",
    "shapes": json.dumps({"email": [], "password": {}, "invite_code": [1]}).encode(),
    "deep": b"[" * 5000,
    "NUL": b'{"email": "\\u0000", "invite_code": "\\u0000"}',
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_wrong_doings_are_refused_in_words(stranger, body):
    for path in (OWN_CODE, BY_EMAIL, ACTIVATE, "/api/v1/auth/login/"):
        answer = stranger.post(
            path, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400, (path, answer.text)
        assert answer.headers["Content-Type"] == "application/json"


# --- Roles ------------------------------------------------------------------------


def test_anonymous_may_sign_up_and_no_more(nobody, referrer):
    assert is_refused(nobody.post(SIGN_UP, json={}), "email", "password")
    closed = [
        ("GET", f"/api/v1/users/{referrer.id}/"),
        ("GET", OWN_CODE),
        ("POST", OWN_CODE),
        ("DELETE", OWN_CODE),
        ("POST", BY_EMAIL),
        ("POST", ACTIVATE),
    ]
    for method, path in closed:
        assert nobody.request(method, path).status_code == 401, path


def test_signed_in_users_id_lists_referrals(stranger, referrer, invited):
    path = f"/api/v1/users/{referrer.id}/"

    of_another, own = stranger.get(path).json(), referrer.get(path).json()

    assert of_another == own
    assert own["count"] >= 1
    assert {"count", "next", "previous", "results"} <= own.keys()


def test_signed_in_invite_code_is_created_and_deleted(people):
    person, code = with_own_code(people)

    assert person.delete(OWN_CODE).status_code == 204
    again = create_code(person).json()["invite_code"]
    assert again != code  # none is ever given out again


def test_signed_in_get_invite_code_by_email(stranger, nobody, referrer):
    path, given = BY_EMAIL, {"email": referrer.email}

    assert stranger.post(path, json=given).json()["invite_code"]
    assert is_refused(stranger.post(path, json={}), "email")


def test_signed_in_activate_invite_code(people):
    (_owner, code), person = with_own_code(people), people.by_phone()

    answer, again = activate(person, code), activate(person, code)

    assert (answer.status_code, answer.json()) == (200, {"invite_code": code})
    assert is_refused(again, "invite_code")


def test_signed_in_refresh_token(referrer, nobody, people):
    given = {"email": referrer.email, "password": PASSWORD}
    pair = nobody.post("/api/v1/auth/login/", json=given).json()

    answer = nobody.post(
        "/api/v1/auth/refresh_token/", json={"refresh": pair["refresh"]}
    )

    assert answer.status_code == 200
    person = people.nobody()
    person.use_jwt(answer.json()["access"])
    assert person.id == referrer.id


# --- How to sign up ---------------------------------------------------------------


@difference("statuses")
def test_post_to_v1_auth_signup_makes_an_account(invited):
    person, answer = invited

    assert answer.status_code == 201
    assert answer.request.url.path == SIGN_UP
    assert person.me()["email"] == person.email


def test_code_by_inviter_may_be_given(people, nobody, referrer, invited):
    refused = {"email": new_email(), "password": PASSWORD, "code_by_inviter": "NOBODY"}

    answer = nobody.post(SIGN_UP, json=refused)

    assert is_refused(answer, "code_by_inviter")
    given = {"email": refused["email"], "password": PASSWORD}
    assert nobody.post("/api/v1/auth/login/", json=given).status_code == 401
    # The referrer gave none, and the invited one's links the two.
    assert referrer.get("/api/v1/profiles/me").json()["activated_invite"] is None
    shown = invited[0].get("/api/v1/profiles/me").json()
    assert shown["activated_invite"] == invited[0].sent["code_by_inviter"]


def test_sign_up_answers_the_access_token(invited):
    _person, answer = invited

    assert answer.json().keys() == {"access", "refresh"}


# --- How to activate --------------------------------------------------------------


def test_code_is_asked_for_by_post_with_the_email(stranger, referrer, code):
    assert stranger.get(BY_EMAIL).status_code == 405
    found = stranger.post(BY_EMAIL, data={"email": referrer.email})  # a form
    assert found.json() == {"invite_code": code}


def test_signed_in_member_posts_the_code(people, nobody):
    (_owner, code), person = with_own_code(people), people.by_phone()
    given = {"invite_code": code}

    assert nobody.post(ACTIVATE, json=given).status_code == 401
    assert is_refused(person.post(ACTIVATE, json={}), "invite_code")
    assert is_refused(activate(person, "NOBODY"), "invite_code")
    assert activate(person, code).status_code == 200


def test_valid_code_links_the_two(people):
    (owner, code), person = with_own_code(people), people.by_phone(first_name="Lin")
    assert is_refused(activate(owner, code), "invite_code")  # not with oneself

    activate(person, code)

    (row,) = referrals(owner, owner)
    assert (row["id"], row["first_name"]) == (person.id, "Lin")
