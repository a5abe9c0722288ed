"""The form of a profile: its place and its picture."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from matchmaker import services
from matchmaker.models import Member
from tests.matchmaker.admin.pages import change, errors_of, form_of, picture


def test_form_shows_the_member(admin_client, eve):
    services.update_profile(eve, avatar=Image.new("RGB", (9, 9)))

    html = admin_client.get(change(eve)).text

    assert f'<img src="{eve.avatar.url}"' in html
    assert "longitude 30.3" in html
    assert "place_field.js" in html
    assert '"with-forms" type="application/json">true' in html


def test_saving_unchanged_changes_nothing(admin_client, eve):
    before = Member.objects.filter(pk=eve.pk).values().get()

    response = admin_client.post(change(eve), form_of(eve))

    assert response.status_code == 302
    assert Member.objects.filter(pk=eve.pk).values().get() == before


def test_whom_a_member_looks_for_is_changed(admin_client, eve):
    admin_client.post(change(eve), form_of(eve, looking_for="female"))

    eve.refresh_from_db()
    assert eve.looking_for == "female"


@pytest.mark.parametrize(
    ("lon", "lat", "stored"),
    [
        (37.617, 55.755, (37.617, 55.755)),
        (190.5, -17, (-169.5, -17)),
        (-180.5, 7, (179.5, 7)),
    ],
)
def test_place_is_moved_in_lon_lat_order(admin_client, eve, lon, lat, stored):
    place = json.dumps({"type": "Point", "coordinates": [lon, lat]})

    response = admin_client.post(change(eve), form_of(eve, location=place))

    assert response.status_code == 302
    eve.refresh_from_db()
    assert eve.location.coords == pytest.approx(stored)
    assert eve.public_location.coords == pytest.approx(stored, abs=0.02)


def test_place_is_removed(admin_client, eve):
    admin_client.post(change(eve), form_of(eve, location=""))

    eve.refresh_from_db()
    assert (eve.location, eve.public_location) == (None, None)


@pytest.mark.parametrize("coordinates", ["1, 91", "1, NaN", "1e999, 1", ""])
def test_place_off_the_earth_is_a_form_error(admin_client, eve, coordinates):
    place = f'{{"type": "Point", "coordinates": [{coordinates}]}}'

    response = admin_client.post(change(eve), form_of(eve, location=place))

    assert list(errors_of(response)) == ["location"]


def test_avatar_is_cleaned(admin_client, eve, avatars):
    exif = Image.Exif()
    exif[0x9286] = "secret"
    upload = picture((3000, 1500), exif=exif)

    response = admin_client.post(change(eve), form_of(eve, picture=upload))

    assert response.status_code == 302
    eve.refresh_from_db()
    assert [p.name for p in avatars.iterdir()] == [Path(eve.avatar.name).name]
    with Image.open(eve.avatar.path) as stored:
        assert (stored.format, stored.size) == ("JPEG", (1024, 512))
        assert not stored.getexif()
    assert b"secret" not in Path(eve.avatar.path).read_bytes()


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\xff\xd8\xff\xe0 cut"])
def test_bad_picture_is_a_form_error(admin_client, eve, avatars, content):
    upload = SimpleUploadedFile("me.jpg", content, "image/jpeg")

    response = admin_client.post(change(eve), form_of(eve, picture=upload))

    assert list(errors_of(response)) == ["picture"]
    assert not avatars.exists()


def test_avatar_sent_under_the_columns_name_is_ignored(admin_client, eve, avatars):
    admin_client.post(change(eve), form_of(eve, avatar=picture()))

    eve.refresh_from_db()
    assert not eve.avatar
    assert not avatars.exists()


def test_avatar_is_replaced_and_removed_with_its_file(
    admin_client, eve, avatars, django_capture_on_commit_callbacks
):
    services.update_profile(eve, avatar=Image.new("RGB", (9, 9)))
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(change(eve), form_of(eve, picture=picture()))
    assert len(list(avatars.iterdir())) == 1

    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(change(eve), form_of(eve, **{"picture-clear": "on"}))

    eve.refresh_from_db()
    assert not eve.avatar
    assert list(avatars.iterdir()) == []
