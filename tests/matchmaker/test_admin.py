"""The admin panel of members, through its pages."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from rest_framework.authtoken.models import Token

from matchmaker import services
from matchmaker.admin import lists
from matchmaker.models import Block, Like, Member

LIST = reverse("admin:matchmaker_member_changelist")
ADD = reverse("admin:matchmaker_member_add")
PASSWORD = "cloudy-Otter-41"


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    # The hashed names that production serves need a collectstatic first.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }


@pytest.fixture(autouse=True)
def avatars(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path / "avatars"


@pytest.fixture
def eve(db) -> Member:
    return services.register_member(
        email="Eve@example.com",
        password=PASSWORD,
        first_name="Eve",
        last_name="Adams",
        gender="female",
        location=Point(30.3158, 59.9391, srid=4326),
    )


def picture(size=(40, 30), **save) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, **{"format": "JPEG", **save})
    return SimpleUploadedFile("me.jpg", out.getvalue(), "image/jpeg")


def change(member: Member) -> str:
    return reverse("admin:matchmaker_member_change", args=[member.pk])


def form_of(member: Member, **changes) -> dict:
    """What the browser sends when nothing but `changes` is changed."""
    data = {
        "email": member.email or "",
        "phone_number": member.phone_number or "",
        "first_name": member.first_name,
        "last_name": member.last_name,
        "gender": member.gender,
        "language": member.language,
        "location": member.location.geojson if member.location else "",
        **{f: "on" for f in ("is_active", "is_staff") if getattr(member, f)},
    }
    return {k: v for k, v in (data | changes).items() if v is not None}


def listed(response) -> list[Member]:
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def signed_in_twice(member: Member) -> tuple[str, str]:
    token, _created = Token.objects.get_or_create(user=member)
    return f"Token {token.key}", f"Bearer {services.issue_tokens(member)['access']}"


def statuses(headers: tuple[str, ...]) -> list[int]:
    return [
        Client().get("/api/clients/me/", headers={"authorization": header}).status_code
        for header in headers
    ]


@pytest.mark.parametrize(
    "term",
    [
        "eve",
        "DAMS",
        "eve adams",
        "eve@EXAMPLE.com",
        "+79991234567",
        "8 (999) 123-45-67",
    ],
)
def test_search_finds(admin_client, eve, term):
    services.update_profile(eve, phone_number="+79991234567")

    assert listed(admin_client.get(LIST, {"q": term})) == [eve]


def test_search_by_part_of_an_email_finds_nobody(admin_client, eve):
    assert listed(admin_client.get(LIST, {"q": "example.com"})) == []


@pytest.mark.parametrize(
    "query",
    [
        {"is_active__exact": 1, "is_staff__exact": 0},
        {"gender__exact": "female"},
        {"location__isempty": 0},
        {"avatar__isempty": 0},
        {"language__exact": "ru"},
        {"date_joined__lt": "2021-01-01 00:00:00+00:00"},
    ],
)
def test_filter_keeps_only_what_it_says(admin_client, admin_user, eve, query):
    Member.objects.create_user("other@example.com", is_active=False, gender="male")
    services.update_profile(eve, language="ru", avatar=Image.new("RGB", (9, 9)))
    Member.objects.filter(pk=eve.pk).update(
        date_joined=datetime(2020, 1, 1, tzinfo=UTC)
    )

    assert listed(admin_client.get(LIST, query)) == [eve]


def test_list_needs_the_same_queries_for_any_number(
    admin_client, django_assert_num_queries, eve
):
    # The session, its member, the count, the rows.
    with django_assert_num_queries(4):
        assert len(listed(admin_client.get(LIST))) == 2
    for n in range(20):
        Member.objects.create_user(f"m{n}@example.com", first_name=f"M{n}")
    with django_assert_num_queries(4):
        assert len(listed(admin_client.get(LIST))) == 22


def test_list_counts_no_further_than_its_cap(admin_client, eve, monkeypatch):
    monkeypatch.setattr(lists, "LIST_MAX_ROWS", 1)

    response = admin_client.get(LIST)

    assert response.context["cl"].result_count == 1
    assert "There are more" in response.text


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


def test_blank_email_becomes_null(admin_client, eve):
    data = form_of(eve, email="", phone_number="8 999 123-45-67")

    response = admin_client.post(change(eve), data)

    assert response.status_code == 302
    eve.refresh_from_db()
    assert (eve.email, eve.phone_number) == (None, "+79991234567")


def test_blank_phone_becomes_null(admin_client, eve):
    services.update_profile(eve, phone_number="+79991234567")

    admin_client.post(change(eve), form_of(eve, phone_number=""))

    eve.refresh_from_db()
    assert eve.phone_number is None


def test_neither_email_nor_phone_is_a_form_error(admin_client, eve):
    response = admin_client.post(change(eve), form_of(eve, email=""))

    assert errors_of(response) == {
        "email": ["Give an e-mail, a phone number, or both."]
    }


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "TAKEN@example.com", "A member with this e-mail already exists."),
        (
            "phone_number",
            "8 999 123-45-67",
            "A member with this phone number already exists.",
        ),
        (
            "phone_number",
            "12",
            "This is not a phone number that exists; like +79991234567.",
        ),
    ],
)
def test_contact_that_cannot_be_is_a_form_error(
    admin_client, eve, field, value, message
):
    Member.objects.create_user("taken@example.com", phone_number="+79991234567")

    for response in (
        admin_client.post(change(eve), form_of(eve, **{field: value})),
        admin_client.post(ADD, {field: value, "usable_password": "false"}),
    ):
        assert errors_of(response) == {field: [message]}


def test_email_taken_since_the_check_is_a_message(admin_client, eve, monkeypatch):
    Member.objects.create_user("taken@example.com")
    monkeypatch.setattr(
        "matchmaker.admin.forms.ContactForm._others", lambda form: Member.objects.none()
    )
    monkeypatch.setattr(Member, "validate_constraints", lambda *args, **kwargs: None)

    response = admin_client.post(
        change(eve), form_of(eve, email="taken@example.com"), follow=True
    )

    messages = [str(message) for message in response.context["messages"]]
    assert messages == ["A member with this e-mail already exists."]
    eve.refresh_from_db()
    assert eve.email == "Eve@example.com"


def test_adding_a_member_by_email(admin_client):
    response = admin_client.post(
        ADD,
        {
            **{"email": "new@example.com", "first_name": "New"},
            **{"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
        },
    )

    member = Member.objects.get(email="new@example.com")
    assert response.headers["Location"] == change(member)
    assert member.check_password(PASSWORD)
    assert (member.first_name, member.phone_number) == ("New", None)


def test_adding_a_member_by_phone_without_password(admin_client):
    admin_client.post(ADD, {"phone_number": "9991234567", "usable_password": "false"})

    member = Member.objects.get(phone_number="+79991234567")
    assert member.email is None
    assert not member.has_usable_password()


def test_adding_with_a_weak_password_is_a_form_error(admin_client):
    data = {"email": "new@example.com", "password1": "12345", "password2": "12345"}

    response = admin_client.post(ADD, {**data, "usable_password": "true"})

    assert list(errors_of(response)) == ["password2"]


def test_new_password_works_and_kills_tokens(admin_client, eve):
    tokens = signed_in_twice(eve)
    assert statuses(tokens) == [200, 200]
    url = reverse("admin:auth_user_password_change", args=[eve.pk])
    new = "stormy-Badger-77"

    response = admin_client.post(url, {"password1": new, "password2": new})

    assert response.headers["Location"] == change(eve)
    assert statuses(tokens) == [401, 401]
    assert services.authenticated("eve@example.com", new) == eve


def test_deactivate_kills_tokens_and_activate_revives_none(admin_client, eve):
    tokens = signed_in_twice(eve)
    selected = {"_selected_action": [eve.pk]}

    admin_client.post(LIST, {"action": "deactivate", **selected})
    eve.refresh_from_db()
    assert not eve.is_active
    assert statuses(tokens) == [401, 401]

    admin_client.post(LIST, {"action": "activate", **selected})
    eve.refresh_from_db()
    assert eve.is_active
    assert statuses(tokens) == [401, 401]


def test_deactivating_in_the_form_kills_tokens(admin_client, eve):
    tokens = signed_in_twice(eve)

    admin_client.post(change(eve), form_of(eve, is_active=None))
    admin_client.post(change(eve), form_of(eve, is_active="on"))

    assert statuses(tokens) == [401, 401]


@pytest.mark.parametrize("from_the_list", [True, False])
def test_delete_removes_the_avatar_file(
    admin_client, eve, avatars, django_capture_on_commit_callbacks, from_the_list
):
    services.update_profile(eve, avatar=Image.new("RGB", (9, 9)))
    assert len(list(avatars.iterdir())) == 1

    with django_capture_on_commit_callbacks(execute=True):
        if from_the_list:
            data = {"action": "delete_selected", "_selected_action": [eve.pk]}
            admin_client.post(LIST, {**data, "post": "yes"})
        else:
            url = reverse("admin:matchmaker_member_delete", args=[eve.pk])
            admin_client.post(url, {"post": "yes"})

    assert not Member.objects.filter(pk=eve.pk).exists()
    assert list(avatars.iterdir()) == []


def test_delete_page_counts_what_goes_too(admin_client, admin_user, eve):
    Like.objects.create(from_member=eve, to_member=admin_user)
    Block.objects.create(from_member=admin_user, to_member=eve)
    Like.objects.create(from_member=admin_user, to_member=eve)
    url = reverse("admin:matchmaker_member_delete", args=[eve.pk])

    response = admin_client.get(url)

    assert dict(response.context["model_count"]) == {
        "members": 1,
        "likes": 2,
        "blocks": 1,
    }


def test_staff_reach_members_but_not_staff_or_privileges(client, admin_user, eve):
    staff = Member.objects.create_user("staff@example.com", is_staff=True)
    staff.user_permissions.set(
        Permission.objects.filter(content_type__app_label="matchmaker")
    )
    client.force_login(staff)

    assert listed(client.get(LIST)) == [eve]
    assert client.get(change(admin_user)).status_code == 302
    client.post(change(eve), form_of(eve, is_staff="on", is_superuser="on"))
    eve.refresh_from_db()
    assert not eve.is_staff
    assert not eve.is_superuser


@pytest.mark.parametrize("name", ["like", "block"])
def test_pairs_are_found_by_either_member_and_stay(admin_client, admin_user, eve, name):
    model = {"like": Like, "block": Block}[name]
    pair = model.objects.create(from_member=eve, to_member=admin_user)
    other = Member.objects.create_user("other@example.com")
    model.objects.create(from_member=other, to_member=admin_user)
    url = reverse(f"admin:matchmaker_{name}_changelist")

    assert len(listed(admin_client.get(url))) == 2
    assert listed(admin_client.get(url, {"q": "EVE@example.com"})) == [pair]
    assert admin_client.get(url + "add/").status_code == 403
    assert admin_client.post(f"{url}{pair.pk}/change/", {}).status_code == 403
