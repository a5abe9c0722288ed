"""Pictures of events: verified, bounded, stripped; with a thumbnail, unmarked."""

import json
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageChops

from events.models import Event
from tests.events.factories import EventFactory
from tests.factories import MemberFactory
from tests.matchmaker.test_avatars import ACCEPTED, REFUSED, rotated_photo
from tests.pictures import picture_bytes, upload

CREATE = "/api/events/create/"


@pytest.fixture
def fest(ann) -> Event:
    return EventFactory(creator=ann)


def path(event: Event) -> str:
    return f"/api/events/{event.pk}"


def change(client, event: Event, data: bytes, name: str = "a.jpg"):
    given = {"image": upload(data, name)}
    return client.patch(path(event), given, format="multipart")


def content(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()


def stored(event: Event) -> tuple[Image.Image, Image.Image]:
    """The picture and its thumbnail."""
    event.refresh_from_db()
    names = (event.image.name, event.thumbnail.name)
    full, small = (Image.open(BytesIO(content(name))) for name in names)
    full.load()
    small.load()
    return full, small


def files(media) -> set[str]:
    return {file.relative_to(media).as_posix() for file in media.rglob("*.*")}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_file_is_400_on_image_and_changes_nothing(as_ann, fest, media, case):
    change(as_ann, fest, picture_bytes())
    fest.refresh_from_db()
    before = (fest.title, fest.image.name, fest.thumbnail.name, fest.sequence)
    data, name = REFUSED[case]

    changed = as_ann.patch(
        path(fest), {"image": upload(data, name), "title": "New"}, format="multipart"
    )
    created = as_ann.post(
        CREATE, {"image": upload(data, name), "title": "Fest"}, format="multipart"
    )

    for response in (changed, created):
        assert response.status_code == 400
        assert list(response.json()) == ["image"]
    fest.refresh_from_db()
    after = (fest.title, fest.image.name, fest.thumbnail.name, fest.sequence)
    assert after == before
    assert files(media) == {fest.image.name, fest.thumbnail.name}
    assert Event.objects.count() == 1


@pytest.mark.parametrize("value", ["a string", "", 5, ["x"], {"a": 1}])
def test_image_that_is_no_file_is_400(as_ann, fest, value):
    response = as_ann.patch(path(fest), {"image": value})

    assert response.status_code == 400
    assert list(response.json()) == ["image"]


@pytest.mark.parametrize("case", ACCEPTED)
def test_every_kind_of_picture_becomes_two_plain_jpegs(as_ann, fest, case):
    response = change(as_ann, fest, ACCEPTED[case])

    assert response.status_code == 200, response.content
    for picture in stored(fest):
        assert (picture.format, picture.mode) == ("JPEG", "RGB")


@pytest.mark.parametrize(
    ("size", "full", "small"),
    [
        ((3000, 1500), (2048, 1024), (320, 160)),
        ((1500, 3000), (1024, 2048), (160, 320)),
        ((200, 100), (200, 100), (200, 100)),
        ((5000, 2), (2048, 1), (320, 1)),
    ],
)
def test_both_are_bounded_and_keep_their_proportions(as_ann, fest, size, full, small):
    change(as_ann, fest, picture_bytes("PNG", size=size))

    assert tuple(picture.size for picture in stored(fest)) == (full, small)


def test_rotated_photo_comes_out_upright_without_gps(as_ann, fest):
    change(as_ann, fest, rotated_photo())

    for picture in stored(fest):
        assert picture.size == (40, 80)
        red, blue = picture.getpixel((5, 5)), picture.getpixel((5, 60))
        assert red[0] > 200 > blue[0]
        assert blue[2] > 200 > red[2]
        assert not picture.getexif()
    for name in (fest.image.name, fest.thumbnail.name):
        data = content(name)
        assert b"SecretCamera" not in data
        assert b"Exif" not in data


def test_no_watermark_is_stamped(as_ann, fest):
    plain = Image.new("RGB", (600, 600), (40, 40, 90))
    out = BytesIO()
    plain.save(out, "PNG")

    change(as_ann, fest, out.getvalue())

    for picture in stored(fest):
        even = Image.new("RGB", picture.size, (40, 40, 90))
        difference = ImageChops.difference(picture, even).convert("L")
        assert difference.getextrema()[1] <= 3


def test_picture_stays_when_something_else_changes(as_ann, fest):
    change(as_ann, fest, picture_bytes())
    before = as_ann.get(path(fest)).json()

    after = as_ann.patch(path(fest), {"title": "New"}).json()

    assert before["image"]
    assert (after["image"], after["thumbnail"]) == (
        before["image"],
        before["thumbnail"],
    )


def test_replaced_picture_takes_both_its_files_away(
    as_ann, fest, media, django_capture_on_commit_callbacks
):
    change(as_ann, fest, picture_bytes())
    old = files(media)

    with django_capture_on_commit_callbacks(execute=True):
        response = change(as_ann, fest, picture_bytes("PNG"))

    fest.refresh_from_db()
    assert files(media) == {fest.image.name, fest.thumbnail.name}
    assert not files(media) & old
    assert response.json()["image"] == f"http://testserver/media/{fest.image.name}"
    assert response.json()["thumbnail"].endswith(f"/media/{fest.thumbnail.name}")


def test_null_removes_the_picture(
    as_ann, fest, media, django_capture_on_commit_callbacks
):
    change(as_ann, fest, picture_bytes())

    with django_capture_on_commit_callbacks(execute=True):
        body = as_ann.patch(path(fest), {"image": None}).json()

    assert (body["image"], body["thumbnail"]) == (None, None)
    assert files(media) == set()
    assert as_ann.patch(path(fest), {"image": None}).status_code == 200


@pytest.mark.parametrize("is_published", [True, False])
def test_deleted_event_takes_its_files_away(
    as_ann, ann, media, django_capture_on_commit_callbacks, is_published
):
    event = EventFactory(creator=ann, scheduled=not is_published)
    change(as_ann, event, picture_bytes())
    assert len(files(media)) == 2

    with django_capture_on_commit_callbacks(execute=True):
        assert as_ann.delete(path(event)).status_code == 204

    assert files(media) == set()


def test_refused_change_leaves_no_file(as_ann, media, signed_in):
    foreign = EventFactory()
    full = EventFactory(creator=MemberFactory(), capacity=5)

    assert change(as_ann, foreign, picture_bytes()).status_code == 403
    assert change(as_ann, Event(pk=10**6), picture_bytes()).status_code == 404
    response = signed_in(full.creator).patch(
        path(full),
        {"image": upload(), "organizations": json.dumps([{"id": 10**6}])},
        format="multipart",
    )

    assert response.status_code == 400
    assert list(response.json()) == ["organizations"]
    assert files(media) == set()


def test_refused_creation_leaves_no_file(as_ann, media):
    response = as_ann.post(
        CREATE,
        {"title": "Fest", "image": upload(), "organizations": '[{"id": 1000000}]'},
        format="multipart",
    )

    assert response.status_code == 400
    assert files(media) == set()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"organizations": "[{"}, "organizations"),
        ({"organizations": "[" * 100_000}, "organizations"),
        ({"organizations": '{"id": 1}'}, "organizations"),
        ({"organizations": "null"}, "organizations"),
        ({"organizations": "1"}, "organizations"),
        ({"location": '{"type": "Point"'}, "location"),
        ({"location": '{"type": "Point", "coordinates": [30]}'}, "location"),
        ({"date": "2026-02-30"}, "date"),
        ({"capacity": "many"}, "capacity"),
    ],
)
def test_broken_text_in_a_form_is_400_on_its_field(as_ann, media, given, field):
    response = as_ann.post(
        CREATE, {"title": "Fest", "image": upload(), **given}, format="multipart"
    )

    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert files(media) == set()
    assert not Event.objects.exists()


def test_everything_wrong_in_a_form_is_told_at_once(as_ann):
    response = as_ann.post(
        CREATE,
        {"image": upload(b"text"), "organizations": "[{", "date": "x", "latitude": "1"},
        format="multipart",
    )

    assert response.status_code == 400
    assert set(response.json()) == {
        "title", "image", "organizations", "date", "longitude",
    }  # fmt: skip
