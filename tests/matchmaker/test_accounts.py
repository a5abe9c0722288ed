"""Sign-up, profile and account life: contract, sections 2 and 3."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, connections, transaction
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from matchmaker.models import Like, Member
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload

CREATE = "/api/clients/create"
SIGN_UP = "/api/user/sign-up/"
ME = "/api/clients/me/"


def form(**changes) -> dict:
    given = {
        "email": "new@example.com",
        "password": PASSWORD,
        "first_name": "Ann",
        "last_name": "Lee",
        "gender": "female",
        "avatar": upload(),
        "longitude": "30.5",
        "latitude": "59.5",
    } | changes
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize("path", [CREATE, "/api/clients/"])
def test_create_answers_the_own_profile(api, db, path):
    response = api.post(path, form(), format="multipart")

    body = response.json()
    member = Member.objects.get()
    assert response.status_code == 201
    assert body == {
        "id": member.pk,
        "email": "new@example.com",
        "email_verified": False,
        "pending_email": None,
        "phone_number": None,
        "phone_verified": False,
        "may_be_named": True,
        "visibility": "everyone",
        "first_name": "Ann",
        "last_name": "Lee",
        "gender": "female",
        "looking_for": "any",
        "avatar": f"http://testserver/media/{member.avatar.name}",
        "language": None,
        "location": {"type": "Point", "coordinates": [30.5, 59.5]},
        "date_joined": body["date_joined"],
        "email_status": None,
        "enrichment": None,
    }
    assert body["date_joined"].endswith("Z")
    assert member.check_password(PASSWORD)


def test_create_in_json_has_no_avatar(api, db):
    given = form(avatar=None, longitude=None, latitude=None)

    response = api.post(CREATE, given)

    assert response.status_code == 201
    assert response.json()["avatar"] is None
    assert response.json()["location"] is None


def test_create_reports_everything_wrong_at_once(api, db):
    response = api.post(
        CREATE, {"email": "no", "password": "1", "longitude": "200"}, format="multipart"
    )

    assert response.status_code == 400
    assert set(response.json()) == {
        "email", "password", "first_name", "last_name", "gender", "avatar",
        "longitude", "latitude",
    }  # fmt: skip


@pytest.mark.parametrize(
    "password", ["short1", "12345678901", "password", "newexample", "", "x" * 129]
)
def test_weak_password_is_400_on_the_field(api, db, password):
    changes = {"email": "newexample@example.com", "password": password}

    response = api.post(CREATE, form(**changes), format="multipart")

    assert response.status_code == 400
    assert list(response.json()) == ["password"]
    assert not Member.objects.exists()


def test_taken_email_is_400_in_any_case(api, db):
    MemberFactory(email="New@Example.com")

    for path, given, kind in (
        (CREATE, form(email="nEW@example.COM"), "multipart"),
        (SIGN_UP, {"email": "NEW@example.com", "password": PASSWORD}, "json"),
    ):
        response = api.post(path, given, format=kind)
        assert response.status_code == 400
        assert response.json() == {
            "email": ["A member with this e-mail already exists."]
        }


@pytest.mark.django_db(transaction=True)
def test_racing_sign_ups_for_one_email_make_one_member(api):
    def sign_up(number: int) -> int:
        given = {"email": "Race@example.com", "password": PASSWORD}
        try:
            return APIClient().post(SIGN_UP, given, format="json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(sign_up, range(8)))

    assert statuses == [201] + [400] * 7
    assert Member.objects.count() == 1


def test_sign_up_answers_id_email_telephone(api, db):
    given = {
        "email": "e@example.com",
        "password": PASSWORD,
        "telephone": "9991234567",
        "location": {"type": "Point", "coordinates": [30.5, 59.5]},
    }

    response = api.post(SIGN_UP, given, HTTP_ACCEPT_LANGUAGE="ru-RU,ru;q=0.9")

    member = Member.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": member.pk,
        "email": "e@example.com",
        "telephone": "+79991234567",
    }
    assert member.language == "ru"
    assert member.location.coords == (30.5, 59.5)


def test_wrong_telephone_is_400(api, db):
    wrong = ("123", "abc", "+7\0999", "999CALLNOW", "9991234568 ext 5", -9991234568)
    for telephone in wrong:
        given = {"email": "t@example.com", "password": PASSWORD, "telephone": telephone}
        response = api.post(SIGN_UP, given)
        assert response.status_code == 400, telephone
        assert list(response.json()) == ["telephone"]


LOCATION_ERRORS = [
    ({"longitude": 1}, "latitude"),
    ({"latitude": 1}, "longitude"),
    ({"longitude": None, "latitude": 1}, "longitude"),
    ({"longitude": 180.1, "latitude": 0}, "longitude"),
    ({"longitude": 0, "latitude": -90.5}, "latitude"),
    ({"longitude": True, "latitude": 0}, "longitude"),
    ({"longitude": "nan", "latitude": 0}, "longitude"),
    ({"longitude": 10**400, "latitude": 0}, "longitude"),
    ({"longitude": "1e999", "latitude": 0}, "longitude"),
    (
        {"location": {"type": "Point", "coordinates": [1, 2]}, "longitude": 1},
        "location",
    ),
    ({"location": {"type": "Point", "coordinates": [200, 2]}}, "location"),
    ({"location": {"type": "Point", "coordinates": [1]}}, "location"),
    ({"location": {"type": "Point", "coordinates": ["1", "2"]}}, "location"),
    ({"location": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}}, "location"),
    ({"location": [1, 2]}, "location"),
    ({"location": "POINT(1 2)"}, "location"),
    ({"location": "[" * 100_000}, "location"),
]


@pytest.mark.parametrize(("given", "field"), LOCATION_ERRORS)
def test_wrong_location_is_400_and_changes_nothing(ann, as_ann, given, field):
    response = as_ann.patch(ME, {"first_name": "Changed", **given})

    assert response.status_code == 400, response.content
    assert field in response.json()
    ann.refresh_from_db()
    assert ann.first_name == "Ann"
    assert ann.location.coords == (30.3158, 59.9391)


@pytest.mark.parametrize(
    "given",
    [
        {"location": None},
        {"longitude": None, "latitude": None},
    ],
)
def test_null_removes_the_location(ann, as_ann, given):
    response = as_ann.patch(ME, given)

    assert response.json()["location"] is None
    ann.refresh_from_db()
    assert ann.location is None


def test_location_text_in_a_form_is_read(ann, as_ann):
    given = {"location": '{"type": "Point", "coordinates": [-180, 90, 12.5]}'}

    response = as_ann.patch(ME, given, format="multipart")

    assert response.json()["location"] == {"type": "Point", "coordinates": [-180, 90]}


def test_profile_change_touches_only_what_is_given(ann, as_ann):
    response = as_ann.patch(ME, {"language": "ru"})

    assert response.status_code == 200
    assert response.json()["language"] == "ru"
    assert response.json()["first_name"] == "Ann"
    assert response.json()["email"] == ann.email


def as_feature(profile: dict) -> dict:
    properties = {k: v for k, v in profile.items() if k not in ("id", "location")}
    return {
        "type": "Feature",
        "id": profile["id"],
        "geometry": profile["location"],
        "properties": properties,
    }


@pytest.mark.parametrize("place", [[30.123456789, -59.98765432], None])
def test_own_profile_as_a_feature_is_the_profile(ann, as_ann, place):
    point = place and {"type": "Point", "coordinates": place}
    changed = as_ann.patch(f"{ME}?format=geojson", {"location": point})

    read = as_ann.get(ME, HTTP_ACCEPT="application/geo+json")

    assert read["Content-Type"] == changed["Content-Type"] == "application/geo+json"
    assert read.json() == changed.json() == as_feature(as_ann.get(ME).json())
    expected = place and {"type": "Point", "coordinates": [30.1234568, -59.9876543]}
    assert read.json()["geometry"] == expected
    assert read.json()["properties"]["email"] == ann.email


def test_sign_up_answers_a_feature_too(api, db, signed_in):
    response = api.post(f"{CREATE}?format=geojson", form(), format="multipart")

    assert response.status_code == 201
    assert response["Content-Type"] == "application/geo+json"
    profile = signed_in(Member.objects.get()).get(ME).json()
    assert response.json() == as_feature(profile)


def test_public_profile_never_tells_contacts_or_the_exact_place(ann, signed_in):
    eve = MemberFactory(lon=30.31, lat=59.93)

    for query in ({}, {"format": "geojson"}):
        text = signed_in(eve).get(f"/api/clients/{ann.pk}/", query).content.decode()
        assert ann.email not in text
        assert "30.3158" not in text
        assert "59.9391" not in text


@pytest.mark.parametrize("pk", ["999999", "9" * 30])
def test_unknown_profile_is_404(as_ann, pk):
    response = as_ann.get(f"/api/clients/{pk}/")

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_delete_me_removes_the_account_and_its_files(
    ann, as_ann, django_capture_on_commit_callbacks
):
    as_ann.patch(ME, {"avatar": upload()}, format="multipart")
    ann.refresh_from_db()
    name = ann.avatar.name
    Like.objects.create(from_member=MemberFactory(), to_member=ann)
    assert default_storage.exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        response = as_ann.delete(ME)

    assert response.status_code == 204
    assert not Member.objects.filter(pk=ann.pk).exists()
    assert not Token.objects.filter(user_id=ann.pk).exists()
    assert not Like.objects.exists()
    assert not default_storage.exists(name)
    assert as_ann.get(ME).status_code == 401


def test_only_staff_deletes_others(ann, as_ann, signed_in):
    other = MemberFactory()
    staff = MemberFactory(is_staff=True, is_superuser=True)

    refused = as_ann.delete(f"/api/clients/{other.pk}/")
    deleted = signed_in(staff).delete(f"/api/clients/{other.pk}/")

    assert refused.status_code == 403
    assert refused.json()["code"] == "permission_denied"
    assert deleted.status_code == 204
    assert not Member.objects.filter(pk=other.pk).exists()
    assert signed_in(staff).delete(f"/api/clients/{other.pk}/").status_code == 404


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE matchmaker_member SET email = NULL, phone_number = NULL",
        "UPDATE matchmaker_member SET email = ''",
        "UPDATE matchmaker_member SET gender = 'x'",
        "INSERT INTO matchmaker_like (from_member_id, to_member_id, created_at)"
        " SELECT id, id, now() FROM matchmaker_member",
    ],
)
def test_database_holds_the_rules(ann, statement):
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    "kind",
    ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;x=y"],
)
def test_json_sign_up_with_parameters_of_its_type(api, db, kind):
    given = form(avatar=None)

    response = api.generic("POST", CREATE, json.dumps(given), content_type=kind)

    assert response.status_code == 201, response.content


@pytest.mark.parametrize("header", ["Token dead", "Bearer dead"])
@pytest.mark.parametrize("path", [CREATE, "/api/clients/", SIGN_UP])
def test_sign_up_does_not_look_at_old_credentials(api, db, path, header):
    given = form(avatar=None)
    if path == SIGN_UP:
        given = {"email": given["email"], "password": given["password"]}

    response = api.post(path, given, HTTP_AUTHORIZATION=header)

    assert response.status_code == 201


def test_lone_surrogate_is_400(ann, as_ann):
    body = rb'{"gender": "\ud800", "language": "\udfff", "first_name": "\ud800"}'

    response = as_ann.generic("PATCH", ME, body, content_type="application/json")

    assert response.status_code == 400
    assert response.json() == {"non_field_errors": ["The body is not valid JSON."]}
