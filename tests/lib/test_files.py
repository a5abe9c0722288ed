"""The storage of pictures is full, or cannot be written: nothing is left behind."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from PIL import Image
from rest_framework.test import APIClient

from events.models import Event
from matchmaker import errors, services
from matchmaker.models import Member
from project.lib.files import StorageFails, stored_jpeg
from tests.events.factories import EventFactory
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.admin.pages import form_of
from tests.pictures import upload

ME = "/api/clients/me/"
BYTES_LEFT = 20_000
TOLD = {
    "detail": "The storage of pictures is unavailable. Try again later.",
    "code": "storage_unavailable",
}


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process become larger: what is written ends in the middle."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (BYTES_LEFT, hard))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))


@contextmanager
def no_folder(media: Path) -> Iterator[None]:
    """Put a file where the folder of pictures should be."""
    kept = media.with_name("kept")
    if media.exists():
        media.rename(kept)
    media.write_text("no folder")
    yield
    media.unlink()
    if kept.exists():
        kept.rename(media)


@pytest.fixture(params=["full", "no folder"])
def broken(request, media):
    return full_disk if request.param == "full" else lambda: no_folder(media)


def large() -> bytes:
    """A picture that stays larger than BYTES_LEFT, and its thumbnail too."""
    noise = Image.frombytes("RGB", (600, 600), random.Random(7).randbytes(1_080_000))
    out = BytesIO()
    noise.save(out, "JPEG", quality=95)
    return out.getvalue()


def files(media: Path) -> set[str]:
    return {path.name for path in media.rglob("*.jpg")}


def assert_told(response) -> None:
    assert response.status_code == 503
    assert response.json() == TOLD
    assert int(response["Retry-After"]) > 0


def test_half_a_file_is_written_on_a_full_disk(media):
    """Otherwise these tests would show nothing."""
    media.mkdir()

    with full_disk(), pytest.raises(OSError, match="File too large"):
        (media / "a.jpg").write_bytes(large())

    assert (media / "a.jpg").stat().st_size == BYTES_LEFT


def test_avatar_that_cannot_be_stored_is_503(ann, as_ann, media, broken):
    as_ann.patch(ME, {"avatar": upload()}, format="multipart")
    ann.refresh_from_db()
    before, kept = ann.avatar.name, files(media)

    with broken():
        changed = as_ann.patch(
            ME, {"avatar": upload(large()), "first_name": "New"}, format="multipart"
        )
        russian = as_ann.patch(
            ME,
            {"avatar": upload(large())},
            format="multipart",
            HTTP_ACCEPT_LANGUAGE="ru",
        )

    assert_told(changed)
    assert russian.json()["detail"] == (
        "Хранилище изображений недоступно. Повторите попытку позже."
    )
    ann.refresh_from_db()
    assert (ann.avatar.name, ann.first_name) == (before, "Ann")
    assert files(media) == kept


def test_sign_up_whose_avatar_cannot_be_stored_is_503(db, media, broken):
    profile = {
        "email": "new@example.com",
        "password": PASSWORD,
        "first_name": "A",
        "last_name": "B",
        "gender": "male",
        "avatar": upload(large()),
    }

    with broken():
        assert_told(APIClient().post("/api/clients/", profile, format="multipart"))

    assert not Member.objects.exists()
    assert files(media) == set()


def test_event_whose_picture_cannot_be_stored_is_503(ann, as_ann, media, broken):
    event = EventFactory(creator=ann, title="Old")

    with broken():
        made, changed = (
            send(path, {"title": "New", "image": upload(large())}, format="multipart")
            for send, path in (
                (as_ann.post, "/api/events/create/"),
                (as_ann.patch, f"/api/events/{event.pk}"),
            )
        )

    assert_told(made)
    assert_told(changed)
    assert [(e.title, e.image.name) for e in Event.objects.all()] == [("Old", "")]
    assert files(media) == set()


@pytest.mark.usefixtures("plain_static_files")
def test_admin_tells_it_on_the_form(admin_client, ann, media, broken):
    event = EventFactory(creator=ann, title="Old")
    page = reverse("admin:events_event_change", args=[event.pk])
    add = reverse("admin:events_event_add")

    with broken():
        answers = [
            admin_client.post(
                url, {"title": "New", "picture": upload(large())}, follow=True
            )
            for url in (page, add)
        ]

    for answer in answers:
        assert answer.status_code == 200
        messages = [str(message) for message in answer.context["messages"]]
        assert TOLD["detail"] in messages
    assert [(e.title, e.image.name) for e in Event.objects.all()] == [("Old", "")]
    assert files(media) == set()


def test_account_whose_avatar_cannot_be_deleted_stays(ann, as_ann, media):
    as_ann.patch(ME, {"avatar": upload()}, format="multipart")
    ann.refresh_from_db()
    path = media / ann.avatar.name
    path.unlink()
    path.mkdir()  # which `unlink` refuses, even for root
    (path / "a").touch()

    assert_told(as_ann.delete(ME))

    assert Member.objects.filter(pk=ann.pk).exists()
    (path / "a").unlink()
    assert as_ann.delete(ME).status_code == 204


def test_own_data_whose_avatar_cannot_be_read_are_503(ann, as_ann, media):
    as_ann.patch(ME, {"avatar": upload()}, format="multipart")
    ann.refresh_from_db()
    path = media / ann.avatar.name
    path.unlink()
    path.mkdir()  # which no `open` reads, even for root

    assert_told(as_ann.get(f"{ME}export/"))

    path.rmdir()
    assert as_ann.get(f"{ME}export/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_replaced_avatar_that_cannot_be_deleted_is_told_in_a_line(media, caplog):
    member = MemberFactory()
    services.update_profile(member, avatar=Image.new("RGB", (9, 9)))
    old = media / member.avatar.name
    old.unlink()
    (old / "a").mkdir(parents=True)

    services.update_profile(member, avatar=Image.new("RGB", (9, 9)))

    assert (media / member.avatar.name).is_file()
    (record,) = [each for each in caplog.records if "left over" in each.getMessage()]
    assert (record.levelname, record.exc_info) == ("ERROR", None)


def store_and_fail(media: Path, *, is_stuck: bool) -> None:
    with stored_jpeg("avatars", b"x") as name, transaction.atomic():
        assert (media / name).exists()
        if is_stuck:
            (media / name).unlink()
            (media / name / "a").mkdir(parents=True)
        raise errors.EmailTaken


def test_file_goes_with_its_transaction(db, media):
    with pytest.raises(errors.EmailTaken):
        store_and_fail(media, is_stuck=False)

    assert files(media) == set()


def test_error_of_the_rows_is_told_if_its_file_cannot_be_deleted(db, media):
    with pytest.raises(errors.EmailTaken):
        store_and_fail(media, is_stuck=True)


@pytest.mark.usefixtures("plain_static_files")
@pytest.mark.parametrize("row", ["event", "member"])
def test_file_goes_with_the_transaction_of_the_admin(admin_client, ann, media, row):
    """The admin's own row fails after the service has stored the file."""
    event = EventFactory(creator=ann, title="Old")
    page, given = {
        "event": (
            reverse("admin:events_event_change", args=[event.pk]),
            {"title": "New", "picture": upload()},
        ),
        "member": (
            reverse("admin:matchmaker_member_change", args=[ann.pk]),
            form_of(ann, first_name="New", picture=upload()),
        ),
    }[row]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_admin_log ADD CHECK (action_flag <> 2)")

    with pytest.raises(IntegrityError):
        admin_client.post(page, given)

    assert files(media) == set()
    event.refresh_from_db()
    ann.refresh_from_db()
    assert (event.title, event.image.name) == ("Old", "")
    assert (ann.first_name, ann.avatar.name) == ("Ann", "")


def test_service_raises_what_it_says(ann, media):
    with full_disk(), pytest.raises(StorageFails):
        services.update_profile(ann, avatar=Image.effect_noise((900, 900), 90))
