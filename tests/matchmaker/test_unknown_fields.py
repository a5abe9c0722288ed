"""Members' bodies: what is not understood is told, and what was read may come back."""

import json

import pytest
from django.test import Client

from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload

ME = "/api/clients/me/"
SIGN_UP = "/api/user/sign-up/"
FORM = "application/x-www-form-urlencoded"


def test_own_profile_is_written_back_as_it_was_read(ann, as_ann):
    as_ann.patch(ME, {"avatar": upload()}, format="multipart")
    read = as_ann.get(ME).json()
    assert read["avatar"]

    same = as_ann.patch(ME, read)
    renamed = as_ann.patch(ME, {**read, "first_name": "Anna"})

    assert (same.status_code, same.json()) == (200, read)
    assert renamed.json() == {**read, "first_name": "Anna"}


def test_empty_profile_of_who_came_by_phone_is_written_back(signed_in, db):
    phone = MemberFactory(
        email=None, phone_number="+79991234567", first_name="", last_name="", gender=""
    )
    read = signed_in(phone).get(ME).json()

    same = signed_in(phone).patch(ME, read)

    assert (same.status_code, same.json()) == (200, read)


def test_what_cannot_be_changed_is_told(ann, as_ann):
    read = as_ann.get(ME).json()
    changes = {"id": 0, "email_verified": True, "date_joined": "2026-01-01"}

    response = as_ann.patch(ME, {**read, **changes, "gendre": "male", "avatar": "a"})

    assert response.status_code == 400
    cannot = ["This field cannot be changed here."]
    assert response.json() == {
        **dict.fromkeys(changes, cannot),
        "gendre": ["Unknown field. Did you mean gender?"],
        "avatar": [
            "The submitted data was not a file. Check the encoding type on the form."
        ],
    }


@pytest.mark.parametrize("kind", ["json", "multipart"])
def test_sign_up_tells_of_everything_that_is_wrong(api, db, kind):
    given = {"email": "no", "pasword": PASSWORD, "location": "{}", "is_staff": "true"}

    response = api.post(SIGN_UP, given, format=kind)

    assert response.status_code == 400
    told = response.json()
    assert told["pasword"] == ["Unknown field. Did you mean password?"]
    assert told["is_staff"] == ["Unknown field."]
    assert told.keys() == {*given, "password"}


def test_form_of_a_session_brings_its_token(db):
    ann = MemberFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    client.cookies["csrftoken"] = token = "a" * 32

    def patch(fields):
        return client.generic("PATCH", ME, fields, FORM, headers={"X-CSRFToken": token})

    assert patch(f"language=ru&csrfmiddlewaretoken={token}").status_code == 200
    # Django reads a POST's token from the form itself, before any view.
    body = f"csrfmiddlewaretoken={token}&current_password=x&new_password=y&old=z"
    told = client.post("/api/clients/set_password/", body, content_type=FORM).json()
    assert told.keys() == {"current_password", "new_password", "old"}


def test_multipart_form_of_a_session_is_read_alike(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(MemberFactory())
    client.cookies["csrftoken"] = token = "a" * 32

    response = client.post(
        "/api/organizations/create/",
        {
            "csrfmiddlewaretoken": token,
            "title": "Club",
            "users[0]id": MemberFactory().pk,
        },
    )

    assert response.status_code == 201, response.content
    assert len(response.json()["users"]) == 2


def test_repeated_field_of_a_form_is_told(as_ann):
    body = "first_name=Ann&first_name=Anna&language=ru"

    response = as_ann.generic("PATCH", ME, body, FORM)

    assert response.status_code == 400
    assert response.json() == {"first_name": ["Specify this field only once."]}


@pytest.mark.parametrize(
    ("crs", "status"),
    [
        (None, 200),
        ({"type": "name", "properties": {"name": "EPSG:4326"}}, 200),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}, 200),
        (
            {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
            200,
        ),
        ({"type": "name", "properties": {"name": "EPSG:3857"}}, 400),
        ({"type": "name", "properties": {"name": "EPSG:4284"}}, 400),
        ({"type": "link", "properties": {"href": "http://example.com/crs"}}, 400),
        ({"type": "name"}, 400),
        ("EPSG:3857", 400),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_point_of_another_crs_is_refused(as_ann, crs, status, as_text):
    point = {"type": "Point", "coordinates": [30.31, 59.94], "crs": crs}
    body = {"location": json.dumps(point) if as_text else point}

    response = as_ann.patch(ME, body, format="multipart" if as_text else "json")

    assert response.status_code == status
    if status == 400:
        assert response.json() == {
            "location": ["Coordinates must be in WGS 84, without another crs."]
        }


def test_points_own_extras_are_what_the_rfc_allows(as_ann):
    point = {
        "type": "Point",
        "coordinates": [30.31, 59.94, 12.5],
        "bbox": [30.31, 59.94, 30.31, 59.94],
        "title": "home",
    }

    response = as_ann.patch(ME, {"location": point})

    assert response.json()["location"] == {
        "type": "Point",
        "coordinates": [30.31, 59.94],
    }
    assert as_ann.patch(ME, {"location": {**point, "coordinates": [1, 2, 3, 4]}}).json()
