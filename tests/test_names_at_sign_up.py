"""Names and gender at both sign-ups by e-mail that ask for no more than they need."""

import pytest

from matchmaker.models import Member
from tests.factories import PASSWORD

EVENTS = "/api/user/sign-up/"
INVITATION = "/api/v1/auth/signup/"

GIVEN = {"email": "new@example.com", "password": PASSWORD}
NAMED = {"first_name": "Анна", "last_name": "Ли", "gender": "female"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("path", [EVENTS, INVITATION]),
]


def said() -> dict[str, str]:
    """What the one member says of itself."""
    return Member.objects.values(*NAMED).get()


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_all_that_was_given_is_kept(api, path, kind):
    answer = api.post(path, {**GIVEN, **NAMED}, format=kind)

    assert answer.status_code == 201, answer.json()
    assert said() == NAMED


@pytest.mark.parametrize("name", NAMED)
def test_each_is_optional(api, path, name):
    given = {key: value for key, value in NAMED.items() if key != name}

    assert api.post(path, {**GIVEN, **given}).status_code == 201

    assert said() == {**NAMED, name: ""}


def test_none_is_needed(api, path):
    assert api.post(path, GIVEN).status_code == 201

    assert said() == dict.fromkeys(NAMED, "")


def test_empty_fields_of_a_form_are_none(api, path):
    empty = dict.fromkeys(NAMED, "")

    assert api.post(path, {**GIVEN, **empty}, format="multipart").status_code == 201

    assert said() == empty


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "x" * 151),
        ("last_name", "x" * 151),
        ("first_name", None),
        ("last_name", ["Lee"]),
        ("gender", "x"),
        ("gender", None),
        ("first_name", "a\0b"),
    ],
)
def test_nonsense_is_told_on_its_field(api, path, field, value):
    answer = api.post(path, {**GIVEN, **NAMED, field: value}, format="json")

    assert answer.status_code == 400
    assert answer.json().keys() == {field}
    assert not Member.objects.exists()


@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_password_is_not_the_name(api, path, field):
    given = {**GIVEN, "password": "Konstantinopolsky", field: "Konstantinopolsky"}

    answer = api.post(path, given)

    assert answer.status_code == 400
    assert answer.json().keys() == {"password"}
