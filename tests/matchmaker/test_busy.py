"""Too many hash passwords or decode pictures: 503, and nothing has happened."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from matchmaker import images, links
from matchmaker.models import Member
from project.lib import passwords
from tests.events.factories import EventFactory
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload

LOGIN = reverse("admin:login")
NEW_PASSWORD = "cloudy-Otter-41"
PROFILE = {
    "email": "new@example.com",
    "password": PASSWORD,
    "first_name": "A",
    "last_name": "B",
    "gender": "male",
}


@pytest.fixture
def few(settings) -> Iterator[None]:
    """One turn, and almost no patience."""
    settings.HASH_THREADS = settings.PICTURE_PROCESSES = 1
    settings.BUSY_WAIT_S = 0.01
    passwords.hash_turns.cache_clear()
    images.decoding_turns.cache_clear()
    yield
    passwords.hash_turns.cache_clear()
    images.decoding_turns.cache_clear()


@pytest.fixture
def hashing(ann, few, settings) -> Iterator[None]:
    """Somebody hashes a password meanwhile."""
    settings.PASSWORD_HASHERS = [
        "tests.documents.settings.OneRound",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    ann.set_password(PASSWORD)
    ann.save()
    with passwords.hash_turns().taken():
        yield


@pytest.fixture
def decoding(few) -> Iterator[None]:
    """Somebody's picture is decoded meanwhile."""
    with images.decoding_turns().taken():
        yield


@pytest.fixture
def other(db) -> Member:
    return MemberFactory()


def is_busy(response: Any) -> bool:
    assert response.json() == {
        "detail": "The service is busy. Try again in a moment.",
        "code": "busy",
    }
    assert int(response["Retry-After"]) > 0
    return response.status_code == 503


def credentials(ann: Member) -> dict[str, Any]:
    return {"email": ann.email, "password": PASSWORD}


DOORS: dict[str, Callable[[Member, APIClient], Any]] = {
    "token": lambda ann, _: APIClient().post(
        "/api/auth/token/login/", credentials(ann)
    ),
    "JWT": lambda ann, _: APIClient().post("/api/user/sign-in/", credentials(ann)),
    "JWT by v1": lambda ann, _: APIClient().post(
        "/api/v1/auth/login/", credentials(ann)
    ),
    "unknown e-mail": lambda ann, _: APIClient().post(
        "/api/user/sign-in/", {"email": "x@example.com", "password": PASSWORD}
    ),
    "profile": lambda ann, _: APIClient().post("/api/clients/", PROFILE),
    "sign-up": lambda ann, _: APIClient().post(
        "/api/user/sign-up/", {"email": "new@example.com", "password": PASSWORD}
    ),
    "sign-up by v1": lambda ann, _: APIClient().post(
        "/api/v1/auth/signup/", {"email": "new@example.com", "password": PASSWORD}
    ),
    "change": lambda ann, as_ann: as_ann.post(
        "/api/clients/set_password/",
        {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
    ),
    "e-mail": lambda ann, as_ann: as_ann.patch(
        "/api/clients/me/", {"email": "new@example.com", "current_password": PASSWORD}
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_busy_hashing_is_503_at_every_door(ann, as_ann, hashing, door):
    before = ann.password

    assert is_busy(DOORS[door](ann, as_ann))

    assert list(Member.objects.values_list("pk", "password")) == [(ann.pk, before)]


def test_busy_hashing_leaves_a_mailed_link_good(ann, hashing):
    uid, token = links.encode_uid(ann.pk), links.RESET.make_token(ann)
    given = {"uid": uid, "token": token, "new_password": NEW_PASSWORD}

    answer = APIClient().post("/api/clients/reset_password_confirm/", given)

    assert is_busy(answer)
    assert links.member_behind(uid, token, links.RESET) == ann


def test_busy_hashing_is_told_in_russian(ann, hashing):
    answer = APIClient().post(
        "/api/user/sign-in/", credentials(ann), HTTP_ACCEPT_LANGUAGE="ru"
    )

    assert answer.json()["detail"] == "Сервис перегружен. Повторите попытку чуть позже."


@pytest.mark.usefixtures("plain_static_files")
def test_busy_hashing_is_told_on_forms_of_the_admin(ann, other, hashing):
    Member.objects.filter(pk=ann.pk).update(is_staff=True, is_superuser=True)
    before = ann.password
    message = "The service is busy. Try again in a moment."

    page = Client().post(LOGIN, {"username": ann.email, "password": PASSWORD})
    browser = Client()
    browser.force_login(ann)
    new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    own = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD}
    pages = [
        browser.post(
            reverse("admin:password_change"),
            own | {"new_password2": NEW_PASSWORD},
            follow=True,
        ),
        browser.post(
            reverse("admin:auth_user_password_change", args=[other.pk]),
            new,
            follow=True,
        ),
        browser.post(
            reverse("admin:matchmaker_member_add"),
            new | {"email": "new@example.com", "usable_password": "true"},
            follow=True,
        ),
    ]

    for each in (page, *pages):
        assert each.status_code == 200
        assert message in each.content.decode()
    ann.refresh_from_db()
    assert ann.password == before
    assert not Member.objects.filter(email="new@example.com").exists()


def test_busy_decoding_is_503_and_changes_nothing(ann, as_ann, decoding, media):
    event = EventFactory(creator=ann)
    given = {"image": upload(), "title": "New"}

    answers = [
        APIClient().post(
            "/api/clients/", PROFILE | {"avatar": upload()}, format="multipart"
        ),
        as_ann.patch("/api/clients/me/", {"avatar": upload()}, format="multipart"),
        as_ann.post("/api/events/create/", given, format="multipart"),
        as_ann.patch(
            f"/api/events/{event.pk}",
            {"image": upload(), "title": "New"},
            format="multipart",
        ),
    ]

    assert all(is_busy(answer) for answer in answers)
    assert not Member.objects.filter(email="new@example.com").exists()
    event.refresh_from_db()
    assert event.title != "New"
    assert not list(media.rglob("*.jpg"))


@pytest.mark.usefixtures("plain_static_files")
def test_busy_decoding_is_told_on_the_form_of_the_admin(admin_client, ann, decoding):
    page = admin_client.post(
        reverse("admin:matchmaker_member_change", args=[ann.pk]),
        {"picture": upload()},
        follow=True,
    )

    assert "The service is busy. Try again in a moment." in page.content.decode()
