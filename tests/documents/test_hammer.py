"""The document of the test task for Hammer Systems: invitations by phone."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import yaml
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import UserManager

from tests.documents.people import Person, code_of, is_refused, new_phone
from tests.harness.processes import ROOT

INVITE_CODE = re.compile(r"[A-Z0-9]{6}")
FIVE_MINUTES_S = 300
ME = "/api/profile/me/"
COLLECTION = ROOT / "tests/postman/matchmaker.postman_collection.json"

difference = pytest.mark.difference


def profile(person: Person) -> dict[str, Any]:
    answer = person.get(ME)
    assert answer.status_code == 200, answer.text
    return answer.json()


def activate(person: Person, code: str) -> httpx.Response:
    return person.post("/api/profile/activate_invite/", json={"invite_code": code})


def ask(person: Person) -> httpx.Response:
    """Ask for a code as the document's example does."""
    person.phone = new_phone()
    return person.post("/api/auth/request_code/", json={"phone_number": person.phone})


def prove(person: Person, code: str) -> httpx.Response:
    proof = {"phone_number": person.phone, "confirmation_code": code}
    return person.post("/api/auth/auth_code/", json=proof)


@pytest.fixture(scope="module")
def ann(people) -> Person:
    """Whose code bob has activated."""
    return people.by_phone()


@pytest.fixture(scope="module")
def bob(people, ann) -> Person:
    person = people.by_phone()
    answer = activate(person, profile(ann)["invite_code"])
    assert answer.status_code == 200, answer.text
    return person


# --- What is done -----------------------------------------------------------------


@difference("code-in-the-answer")
def test_phone_registers_and_signs_in_by_a_code_that_is_told(people):
    person = people.nobody()

    first = prove(person, code_of(ask(person)))

    assert first.status_code == 200
    person.use_token(first.json()["token"])
    assert profile(person)["phone_number"] == person.phone


def test_code_is_good_for_five_minutes(people):
    answer = ask(people.nobody())

    assert answer.json()["expires_in"] == FIVE_MINUTES_S


def test_code_is_exchanged_for_a_token(people):
    person = people.nobody()
    code = code_of(ask(person))
    wrong = f"{(int(code) + 1) % 10_000:04}"

    refused, right, used = (
        prove(person, wrong),
        prove(person, code),
        prove(person, code),
    )

    assert is_refused(refused, "confirmation_code")
    assert right.json().keys() == {"token"}
    assert is_refused(used, "confirmation_code")


def test_first_sign_in_gives_a_code_that_others_activate(ann, bob):
    codes = {profile(person)["invite_code"] for person in (ann, bob)}

    assert len(codes) == 2
    assert all(INVITE_CODE.fullmatch(code) for code in codes)
    assert profile(bob)["activated_invite_code"] == profile(ann)["invite_code"]


def test_profile_lists_who_activated_the_code(ann, bob):
    assert {"phone_number": bob.phone} in profile(ann)["invited_users"]


def test_user_model_and_its_manager_are_our_own():
    model = get_user_model()

    assert issubclass(model, AbstractBaseUser)
    assert model.__module__ == "matchmaker.models.members"
    assert type(model.objects).create_superuser not in (
        UserManager.create_superuser, getattr(BaseUserManager, "create_superuser", None)
    )  # fmt: skip


def requests(folder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in folder["item"]:
        yield from requests(item) if "item" in item else [item]


@pytest.fixture(scope="module")
def collection() -> list[dict[str, Any]]:
    """The requests of the Postman collection."""
    return [*requests(json.loads(COLLECTION.read_text()))]


def test_postman_collection_has_every_endpoint(collection):
    asked = {
        f"{item['request']['method']} /{'/'.join(item['request']['url']['path'])}"
        for item in collection
        if isinstance(item["request"]["url"], dict)
    }

    assert {
        "POST /api/auth/request_code/",
        "POST /api/auth/auth_code/",
        "GET /api/profile/me/",
        "POST /api/profile/activate_invite/",
    } <= asked


# --- What can be better -----------------------------------------------------------


def test_containers_and_compose_are_there():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    assert {"db", "redis", "web", "worker"} <= services.keys()
    assert [*(ROOT / "compose/docker").glob("*/Dockerfile")]


def test_postman_collection_tests_what_is_refused(collection):
    def expected(item: dict[str, Any]) -> set[str]:
        lines = [e["script"]["exec"] for e in item["event"] if e["listen"] == "test"]
        return {*re.findall(r"to\.have\.status\((4\d\d)\)", json.dumps(lines))}

    refusals = [item["name"] for item in collection if expected(item)]
    assert len(refusals) > 30
    assert {"400", "401", "403", "404", "409"} <= set().union(
        *map(expected, collection)
    )


def test_interface_is_more_convenient(nobody):
    for page in ("/docs", "/redoc", "/chat/demo/", "/admin/login/"):
        answer = nobody.get(page)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")


# --- How it runs ------------------------------------------------------------------


@difference("three-secrets")
def test_env_example_stands_beside_the_readme():
    example = ROOT / "compose/docker/env.example"

    assert str(example.relative_to(ROOT)) in (ROOT / "README.md").read_text()


@difference("one-command")
def test_static_files_and_migrations_need_no_command():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    image = (ROOT / "compose/docker/app/Dockerfile").read_text()

    assert services["migrate"]["command"] == ["python", "manage.py", "migrate"]
    condition = {"condition": "service_completed_successfully"}
    assert services["web"]["depends_on"]["migrate"] == condition
    assert "manage.py collectstatic" in image


def test_createsuperuser_is_in_the_readme_for_both():
    readme = (ROOT / "README.md").read_text()

    assert "`docker compose exec web python manage.py createsuperuser`" in readme
    assert "`make manage ARGS=createsuperuser`" in readme


# --- The API ----------------------------------------------------------------------


def test_request_code_takes_the_phone_number(people):
    answer = ask(people.nobody())

    assert answer.status_code == 200
    wrong = people.nobody().post("/api/auth/request_code/", json={"phone_number": "1"})
    assert is_refused(wrong, "phone_number")


@difference("code-in-the-answer")
def test_request_code_answers_the_confirmation_code(people):
    answer = ask(people.nobody())

    assert re.fullmatch("[0-9]{4}", code_of(answer))
    assert answer.json().keys() == {"confirmation_code", "expires_in"}


def test_auth_code_takes_the_number_and_the_code(people):
    answer = people.nobody().post("/api/auth/auth_code/", json={})

    assert is_refused(answer, "phone_number", "confirmation_code")


def test_auth_code_answers_the_token(people):
    person = people.nobody()

    answer = prove(person, code_of(ask(person)))

    assert answer.json().keys() == {"token"}


def test_profile_me_is_for_the_header_with_the_token(ann, nobody):
    assert ann.headers["Authorization"].startswith("Token ")
    assert profile(ann).keys() == {
        "phone_number", "invite_code", "activated_invite_code", "invited_users"
    }  # fmt: skip
    assert nobody.get(ME).status_code == 401


def test_activate_invite_takes_the_code(people, ann, nobody):
    person = people.by_phone()
    code = profile(ann)["invite_code"]
    own, unknown = profile(person)["invite_code"], "ABC123"  # the document's example

    refused = [activate(person, wrong) for wrong in (own, unknown)]
    answer = activate(person, code)

    assert all(is_refused(wrong, "invite_code") for wrong in refused)
    assert answer.status_code == 200
    assert answer.json()["activated_invite_code"] == code
    assert answer.json()["message"]
    anonymous = nobody.post("/api/profile/activate_invite/", json={"invite_code": code})
    assert anonymous.status_code == 401


def test_second_code_is_refused(people, ann, bob):
    other = people.by_phone()

    codes = [profile(person)["invite_code"] for person in (other, ann)]
    answers = [activate(bob, code) for code in codes]  # another, and the same

    assert all(is_refused(answer, "invite_code") for answer in answers)
