"""`looking_for`: whom a member would like to meet."""

import pytest

from matchmaker.models import Member
from tests.factories import PASSWORD
from tests.pictures import upload

CREATE = "/api/clients/create"
ME = "/api/clients/me/"

KINDS = ["json", "multipart"]


def form(kind: str, **changes) -> dict:
    given = {
        "email": "new@example.com",
        "password": PASSWORD,
        "first_name": "Ann",
        "last_name": "Lee",
        "gender": "female",
    } | changes
    return given if kind == "json" else given | {"avatar": upload()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, "any"),
        ({"looking_for": "any"}, "any"),
        ({"looking_for": "male"}, "male"),
        ({"looking_for": "female"}, "female"),
    ],
)
def test_sign_up_takes_it_and_defaults_to_any(api, db, kind, given, kept):
    response = api.post(CREATE, form(kind, **given), format=kind)

    assert response.status_code == 201, response.content
    assert response.json()["looking_for"] == kept
    assert Member.objects.get().looking_for == kept


def test_sign_up_by_email_alone_looks_for_any(api, db):
    given = {"email": "new@example.com", "password": PASSWORD}

    assert api.post("/api/user/sign-up/", given).status_code == 201
    assert Member.objects.get().looking_for == "any"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wanted", ["male", "female", "any"])
def test_patch_changes_it_alone(ann, as_ann, kind, wanted):
    response = as_ann.patch(ME, {"looking_for": wanted}, format=kind)
    unchanged = as_ann.patch(ME, {"first_name": "Eva"}, format=kind)

    assert response.status_code == 200
    assert response.json()["looking_for"] == wanted
    assert unchanged.json()["looking_for"] == wanted
    ann.refresh_from_db()
    assert (ann.looking_for, ann.gender) == (wanted, "female")


NONSENSE = ["men", "Male", "male,female", "м"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_400_and_changes_nothing(ann, as_ann, api, kind, nonsense):
    given = {"looking_for": nonsense}

    created = api.post(CREATE, form(kind, **given), format=kind)
    changed = as_ann.patch(ME, given | {"first_name": "Eva"}, format=kind)

    for response in (created, changed):
        assert response.status_code == 400, response.content
        assert list(response.json()) == ["looking_for"]
    ann.refresh_from_db()
    assert (ann.looking_for, ann.first_name) == ("any", "Ann")
    assert Member.objects.count() == 1


@pytest.mark.parametrize("nonsense", ["", None, 5, True, [], ["male"], {}])
def test_json_that_is_no_choice_is_400(as_ann, api, nonsense):
    given = {"looking_for": nonsense}

    for response in (
        api.post(CREATE, form("json", **given)),
        as_ann.patch(ME, given),
    ):
        assert response.status_code == 400, response.content
        assert list(response.json()) == ["looking_for"]


def test_empty_in_a_form_is_not_given_but_told_in_a_change(ann, as_ann, api):
    as_ann.patch(ME, {"looking_for": "male"})
    empty = {"looking_for": ""}

    created = api.post(CREATE, form("multipart", **empty), format="multipart")
    changed = as_ann.patch(ME, empty, format="multipart")

    assert created.json()["looking_for"] == "any"
    assert changed.json() == {"looking_for": ['"" is not a valid choice.']}
    assert as_ann.get(ME).json()["looking_for"] == "male"
