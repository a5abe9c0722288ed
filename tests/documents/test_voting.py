"""The voting system's document: whoever comes in by phone chooses one other, once."""

import re
from importlib.metadata import version

import httpx
import pytest

from tests.documents.people import People, Person, code_of, is_refused, new_phone
from tests.harness.processes import ROOT

INVITE_CODE = re.compile(r"[A-Z0-9]{6}")
ME = "/api/v1/profiles/me"

difference = pytest.mark.difference


def profile(person: Person) -> dict[str, object]:
    answer = person.get(ME)
    assert answer.status_code == 200, answer.text
    return answer.json()


def choose(person: Person, code: str) -> httpx.Response:
    return person.post(ME, json={"activated_invite": code})


def national(person: Person) -> str:
    """The number as the document writes it: ten digits."""
    return str(person.phone)[2:]


@pytest.fixture(scope="module")
def ann(people) -> Person:
    """Whom bob and eve have chosen."""
    return people.voter()


@pytest.fixture(scope="module")
def bob(people, ann) -> Person:
    return chooser(people, ann)


@pytest.fixture(scope="module")
def eve(people, ann) -> Person:
    return chooser(people, ann)


def chooser(people: People, chosen: Person) -> Person:
    person = people.voter()
    answer = choose(person, str(profile(chosen)["invite_code"]))
    assert answer.status_code == 200, answer.text
    return person


# --- The description --------------------------------------------------------------


def test_profile_is_for_who_has_signed_in(nobody, ann):
    assert nobody.get(ME).status_code == 401
    assert profile(ann).keys() == {
        "user_id", "phone", "invite_code", "invitations", "activated_invite"
    }  # fmt: skip


def test_profile_has_a_personal_code_of_six_signs(ann, bob):
    codes = {str(profile(person)["invite_code"]) for person in (ann, bob)}

    assert len(codes) == 2
    assert all(INVITE_CODE.fullmatch(code) for code in codes)


def test_profile_has_nothing_or_the_code_that_was_activated(ann, bob):
    assert profile(ann)["activated_invite"] is None
    assert profile(bob)["activated_invite"] == profile(ann)["invite_code"]


def test_profile_lists_the_phones_of_who_activated_the_code(ann, bob, eve):
    phones = profile(ann)["invitations"]

    assert {national(bob), national(eve)} <= {*phones}


def test_code_is_activated_only_once(people, ann, bob):
    other = people.voter()

    codes = [profile(person)["invite_code"] for person in (other, ann)]
    answers = [choose(bob, str(code)) for code in codes]  # another, and the same

    assert all(is_refused(answer, "activated_invite") for answer in answers)
    assert profile(bob)["activated_invite"] == profile(ann)["invite_code"]


def test_nobody_chooses_oneself(people):
    person = people.voter()

    answer = choose(person, str(profile(person)["invite_code"]))

    assert is_refused(answer, "activated_invite")


def test_phone_of_ten_digits_signs_in(ann):
    assert re.fullmatch(r"9\d{9}", str(profile(ann)["phone"]))
    assert profile(ann)["phone"] == national(ann)


@difference("code-in-the-answer")
def test_answer_has_a_code_of_four_digits(people):
    answer = people.nobody().post("/api/auth/signup", json={"phone": new_phone()[2:]})

    assert re.fullmatch("[0-9]{4}", code_of(answer))


def test_code_is_exchanged_for_a_token(people):
    person = people.voter()

    assert person.headers["Authorization"].count(".") == 2  # a JWT
    assert person.id


def test_unknown_phone_makes_a_member_with_a_profile_and_a_code(people):
    phone = new_phone()

    person = people.voter(phone)

    assert profile(person) == {
        "user_id": person.id,
        "phone": phone[2:],
        "invite_code": profile(person)["invite_code"],
        "invitations": [],
        "activated_invite": None,
    }


def test_known_phone_gets_another_code_for_the_same_account(people, bob):
    phone, visitor = {"phone": national(bob)}, people.nobody()
    older = code_of(visitor.post("/api/auth/signup", json=phone))
    newer = code_of(visitor.post("/api/auth/signup", json=phone))
    if older != newer:  # one in ten thousand is the same
        answer = visitor.post("/api/auth/login", json={"code": older})
        assert is_refused(answer, "code")

    again = people.voter(bob.phone)

    assert again.headers["Authorization"] != bob.headers["Authorization"]
    assert profile(again) == profile(bob)


def test_no_password_is_asked_for(people):
    person = people.nobody()
    phone = new_phone()
    code = code_of(person.post("/api/auth/signup", json={"phone": phone[2:]}))

    answer = person.post("/api/auth/login", json={"code": code, "phone": phone[2:]})

    assert answer.status_code == 200
    assert answer.json()["token"]


# --- What it is made of, and how it runs ------------------------------------------


@pytest.mark.parametrize(
    ("package", "least"),
    [
        ("django", (4, 2)),
        ("djangorestframework", (3, 14)),
        ("djangorestframework-simplejwt", (5, 3)),
    ],
)
def test_stack_is_as_new_as_the_documents(package, least):
    assert tuple(int(part) for part in version(package).split(".")[:2]) >= least


@difference("three-secrets")
def test_env_example_names_what_has_to_be_set():
    example = (ROOT / "compose/docker/env.example").read_text()

    empty = re.findall(r"^(\w+)=$", example, re.M)
    assert empty == ["SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"]


# --- The addresses ----------------------------------------------------------------


def test_docs_is_swagger(nobody):
    page = nobody.get("/docs")

    assert page.status_code == 200
    assert "swagger-ui" in page.text


def test_redoc_is_redoc(nobody):
    page = nobody.get("/redoc")

    assert page.status_code == 200
    assert "redoc" in page.text


def test_auth_signup_takes_a_phone_of_ten_digits(people):
    anonymous = people.nobody()

    assert code_of(anonymous.post("/api/auth/signup", json={"phone": new_phone()[2:]}))
    for wrong in ("12345", "letters", ""):
        answer = anonymous.post("/api/auth/signup", json={"phone": wrong})
        assert is_refused(answer, "phone")


@difference("code-with-its-phone")
def test_auth_login_takes_the_code_alone(people):
    person, thief = people.nobody(), people.nobody()
    phone = {"phone": new_phone()[2:]}
    given = {"code": code_of(person.post("/api/auth/signup", json=phone))}

    stolen = thief.post("/api/auth/login", json=given)
    own = person.post("/api/auth/login", json=given)  # with the cookie of the sign-up
    used = thief.post("/api/auth/login", json=given | phone)

    assert is_refused(stolen, "phone")
    assert own.status_code == 200
    assert is_refused(used, "code")


@difference("refresh-beside-token")
def test_auth_login_answers_a_token(people):
    person = people.nobody()
    code = code_of(person.post("/api/auth/signup", json={"phone": new_phone()[2:]}))

    tokens = person.post("/api/auth/login", json={"code": code}).json()

    assert tokens.keys() == {"token", "refresh"}
    person.use_jwt(tokens["token"])
    assert person.id


def test_profiles_me_get_is_the_own_profile(ann):
    assert profile(ann)["user_id"] == ann.id


def test_profiles_me_post_answers_the_profile_with_the_code(people, ann):
    person = people.voter()
    before = profile(person)

    answer = choose(person, str(profile(ann)["invite_code"]).lower())

    assert answer.status_code == 200
    assert answer.json() == {
        **before,
        "activated_invite": profile(ann)["invite_code"],
    }
    assert is_refused(choose(people.voter(), "NOBODY"), "activated_invite")


def test_profiles_are_for_the_administrator_only(ann, staff):
    refused, shown = ann.get("/api/v1/profiles"), staff.get("/api/v1/profiles")

    assert (refused.status_code, shown.status_code) == (403, 200)
    one = staff.get(f"/api/v1/profiles/{ann.id}")
    assert one.json() == profile(ann)
