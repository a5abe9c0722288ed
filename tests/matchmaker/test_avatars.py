"""Avatars: verified, bounded, stripped, watermarked once."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from PIL import Image, ImageChops

from matchmaker import errors, images, picture_decoding, services
from tests.pictures import picture_bytes, upload

ME = "/api/clients/me/"


def change(client, data: bytes, name: str = "a.jpg"):
    return client.patch(ME, {"avatar": upload(data, name)}, format="multipart")


def stored(member) -> Image.Image:
    member.refresh_from_db()
    with default_storage.open(member.avatar.name) as file:
        picture = Image.open(BytesIO(file.read()))
    picture.load()
    return picture


def huge_png(side: int) -> bytes:
    """A PNG whose header alone says how large it would be."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def animated(kind: str) -> bytes:
    out = BytesIO()
    frames = [Image.new("RGB", (50, 50), c) for c in ("red", "green", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def rotated_photo() -> bytes:
    """Left half red, right half blue; EXIF says: turn by 90°. With a GPS position."""
    photo = Image.new("RGB", (80, 40), "red")
    photo.paste("blue", (40, 0, 80, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (59.0, 56.0, 20.0)
    exif[0x010F] = "SecretCamera"
    out = BytesIO()
    photo.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def many_scans(copies: int) -> bytes:
    """A progressive JPEG whose last pass over the picture is repeated."""
    data = picture_bytes(size=(800, 500), progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * copies + b"\xff\xd9"


REFUSED = {
    "JPEG with 100 scans": (many_scans(100), "a.jpg"),
    "PNG without its end": (picture_bytes("PNG")[:-12], "a.png"),
    "text named .png": (b"I am no picture at all", "a.png"),
    "truncated": (picture_bytes(size=(600, 600))[:-800], "a.jpg"),
    "empty": (b"", "a.jpg"),
    "50,000 pixels square": (huge_png(50_000), "a.png"),
    "41 megapixels": (huge_png(6_410), "a.png"),
    "rows missing": (huge_png(500), "a.png"),
    "20 MB": (picture_bytes() + b"\0" * 20_000_000, "a.jpg"),
    "a GIF": (picture_bytes("GIF", mode="P", colour=1), "a.gif"),
    "a BMP named .jpg": (picture_bytes("BMP"), "a.jpg"),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_file_is_400_on_avatar_and_changes_nothing(ann, as_ann, case):
    change(as_ann, picture_bytes())
    ann.refresh_from_db()
    before = ann.avatar.name

    response = change(as_ann, *REFUSED[case])

    assert response.status_code == 400
    assert list(response.json()) == ["avatar"]
    ann.refresh_from_db()
    assert ann.avatar.name == before
    assert default_storage.exists(before)


@pytest.mark.parametrize("value", ["a string", "", 5, ["x"], {"a": 1}])
def test_avatar_that_is_no_file_is_400(as_ann, value):
    response = as_ann.patch(ME, {"avatar": value})

    assert response.status_code == 400
    assert list(response.json()) == ["avatar"]


ACCEPTED = {
    "jpeg": picture_bytes(),
    "progressive jpeg": picture_bytes(progressive=True),
    "png": picture_bytes("PNG"),
    "webp": picture_bytes("WEBP"),
    "cmyk": picture_bytes("JPEG", mode="CMYK", colour=(0, 200, 200, 20)),
    "palette": picture_bytes("PNG", mode="P", colour=3),
    "grey": picture_bytes("PNG", mode="L", colour=90),
    "16 bit": picture_bytes("PNG", mode="I;16", colour=30_000),
    "transparent": picture_bytes("PNG", mode="RGBA", colour=(10, 10, 10, 0)),
    "one bit": picture_bytes("PNG", mode="1", colour=1),
    "animated png": animated("PNG"),
    "animated webp": animated("WEBP"),
    "one pixel": picture_bytes("PNG", size=(1, 1)),
    "very long": picture_bytes("PNG", size=(5000, 2)),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_every_kind_of_picture_becomes_a_plain_jpeg(ann, as_ann, case):
    response = change(as_ann, ACCEPTED[case])

    assert response.status_code == 200, response.content
    picture = stored(ann)
    assert (picture.format, picture.mode) == ("JPEG", "RGB")
    assert getattr(picture, "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_large_picture_is_no_jpeg_with_many_scans(ann, as_ann, kind):
    noise = Image.frombytes("RGB", (1250, 1250), random.Random(7).randbytes(4_687_500))
    out = BytesIO()
    options = {"compress_level": 1} if kind == "PNG" else {"quality": 100, "method": 0}
    noise.save(out, kind, **options)
    data = out.getvalue()
    assert data.count(b"\xff\xda") > picture_decoding.JPEG_SCANS_MAX

    response = change(as_ann, data)

    assert response.status_code == 200, response.content


def test_avatar_is_bounded_and_keeps_its_proportions(ann, as_ann):
    change(as_ann, picture_bytes(size=(3000, 1500)))

    assert stored(ann).size == (1024, 512)


def test_transparency_becomes_white(ann, as_ann):
    change(as_ann, ACCEPTED["transparent"])

    assert stored(ann).getpixel((2, 2)) == pytest.approx((255, 255, 255), abs=3)


def test_rotated_photo_comes_out_upright_without_gps(ann, as_ann):
    change(as_ann, rotated_photo())

    picture = stored(ann)
    ann.refresh_from_db()
    with default_storage.open(ann.avatar.name) as file:
        data = file.read()
    assert picture.size == (40, 80)
    red, blue = picture.getpixel((5, 5)), picture.getpixel((5, 60))
    assert red[0] > 200 > blue[0]
    assert blue[2] > 200 > red[2]
    assert not picture.getexif()
    assert b"SecretCamera" not in data
    assert b"Exif" not in data


def test_watermark_is_there_and_stamped_once(ann, as_ann):
    plain = Image.new("RGB", (400, 400), (40, 40, 90))
    out = BytesIO()
    plain.save(out, "PNG")
    change(as_ann, out.getvalue())
    first = stored(ann)
    marked = (
        ImageChops.difference(first, plain).convert("L").point(lambda v: 255 * (v > 40))
    )

    as_ann.patch(ME, {"first_name": "Again"})
    ann.save()

    left, top, _right, _bottom = marked.getbbox()
    assert left > 200
    assert top > 200
    assert ImageChops.difference(stored(ann), first).getbbox() is None


def test_replaced_avatar_takes_its_file_away(
    ann, as_ann, django_capture_on_commit_callbacks
):
    change(as_ann, picture_bytes())
    ann.refresh_from_db()
    old = ann.avatar.name

    with django_capture_on_commit_callbacks(execute=True):
        change(as_ann, picture_bytes("PNG"))

    ann.refresh_from_db()
    assert not default_storage.exists(old)
    assert default_storage.exists(ann.avatar.name)


def test_avatar_comes_with_what_was_read_before(ann, as_ann):
    read = as_ann.get(ME).json()["date_joined"]  # which cannot be changed

    response = as_ann.patch(
        ME, {"avatar": upload(), "date_joined": read}, format="multipart"
    )

    assert response.status_code == 200, response.content
    assert stored(ann).format == "JPEG"


def test_null_removes_the_avatar(ann, as_ann):
    change(as_ann, picture_bytes())

    assert as_ann.patch(ME, {"avatar": None}).json()["avatar"] is None


def test_failed_sign_up_leaves_no_file(api, ann, media):
    picture = images.clean_picture(
        BytesIO(picture_bytes()), max_bytes=10**6, max_pixels=10**6, max_side_px=100
    )

    with pytest.raises(errors.EmailTaken):
        services.register_member(
            password="x", email=ann.email.upper(), avatar=picture, language="en"
        )

    assert not list(media.rglob("*.jpg"))
