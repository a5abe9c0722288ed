"""Files of phones and drawing programs: what is beside the picture, and its colours."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageStat, PngImagePlugin

from matchmaker import images, picture_decoding
from project.lib.turns import Busy
from tests.pictures import picture_bytes


def cleaned(data: bytes, max_side_px: int = 1024) -> Image.Image:
    return images.clean_picture(
        BytesIO(data),
        max_bytes=5 << 20,
        max_pixels=40_000_000,
        max_side_px=max_side_px,
    )


def saved(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def swapped_profile() -> bytes:
    """sRGB, with red and green in each other's place."""
    profile = bytearray(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_stands_behind_the_picture_is_not_the_picture(kind):
    """Phones append the film of a moving photo."""
    photo = picture_bytes(kind, size=(300, 200))
    film = b"\0\0\0\x18ftypmp42" + random.Random(7).randbytes(3 << 20)
    assert film.count(b"\xff\xda") > picture_decoding.JPEG_SCANS_MAX

    assert cleaned(photo + film).tobytes() == cleaned(photo).tobytes()


def test_a_picture_within_the_metadata_is_not_the_picture():
    thumbnail = b"Exif\0\0" + b"\xff\xda" * 100
    photo = picture_bytes(size=(300, 200))
    app1 = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail

    assert cleaned(photo[:2] + app1 + photo[2:]).size == (300, 200)


def test_too_many_scans_are_refused_by_that_name():
    data = picture_bytes(size=(800, 500), progressive=True)
    last = data.rindex(b"\xff\xda")

    with pytest.raises(images.PictureRefused, match="more than 40 scans"):
        cleaned(data[:-2] + data[last:-2] * 100 + b"\xff\xd9")


@pytest.mark.parametrize("kind", ["text", "profile"])
def test_large_metadata_of_a_png_is_thrown_away(kind):
    texts, profile = PngImagePlugin.PngInfo(), None
    if kind == "text":
        texts.add_text("prompt", "x" * 1_200_000, zip=True)
    else:
        profile = b"x" * 1_200_000

    picture = Image.new("RGB", (600, 400), "red")
    data = saved(picture, pnginfo=texts, icc_profile=profile)

    assert cleaned(data).getpixel((0, 0)) == (255, 0, 0)


def test_a_png_is_turned_by_its_exif():
    exif = Image.Exif()
    exif[0x0112] = 6

    assert cleaned(saved(Image.new("RGB", (80, 40)), exif=exif)).size == (40, 80)


@pytest.mark.parametrize("mode", ["1", "P", "L", "RGBA", "LA"])
def test_a_drawing_is_reduced_smoothly(mode):
    drawing = Image.new("1", (3000, 3000), 1)
    draw = ImageDraw.Draw(drawing)
    for x in range(0, 3000, 9):
        draw.line((x, 0, 2999 - x, 2999), fill=0)
    wanted = cleaned(saved(drawing.convert("RGB")))

    found = cleaned(saved(drawing.convert("L").convert(mode)))

    assert max(ImageStat.Stat(ImageChops.difference(found, wanted)).mean) < 2


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_colours_are_those_of_the_profile(kind, mode):
    red = Image.new("RGB", (40, 40), "red").convert(mode)

    data = saved(red, kind, icc_profile=swapped_profile())

    assert cleaned(data).getpixel((5, 5)) == pytest.approx((0, 255, 0), abs=3)


def test_transparency_and_profile_together():
    half = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    half.paste((255, 0, 0, 255), (20, 0, 40, 40))

    picture = cleaned(saved(half, icc_profile=swapped_profile()))

    assert picture.getpixel((5, 5)) == (255, 255, 255)
    assert picture.getpixel((30, 5)) == pytest.approx((0, 255, 0), abs=3)


@pytest.mark.parametrize(("mode", "side"), [("I;16", 4_500), ("RGB", 6_300)])
def test_large_and_deep_pictures_are_taken(mode, side):
    picture = cleaned(picture_bytes("PNG", (side, side), mode, 0), max_side_px=500)

    assert picture.size == (500, 500)


def test_sixteen_bits_keep_their_lightness():
    picture = cleaned(picture_bytes("PNG", (2000, 2000), "I;16", 128 << 8))

    assert picture.getpixel((9, 9)) == pytest.approx((128, 128, 128), abs=1)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    packed = (
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


GREY = struct.pack(">IIBBBBB", 2, 2, 16, 0, 0, 0, 0)
ROWS = zlib.compress(b"\0\x80\0\0\x10" * 2)


def test_sixteen_bits_with_a_transparent_value_are_taken():
    data = png((b"IHDR", GREY), (b"tRNS", b"\0\x10"), (b"IDAT", ROWS), (b"IEND", b""))

    assert cleaned(data).getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.parametrize(
    "data",
    [
        png((b"IHDR", GREY), (b"IDAT", ROWS)),
        png((b"IHDR", GREY), (b"IDAT", ROWS), (b"IEND", b""))[:-5],
        png((b"IDAT", ROWS), (b"IEND", b"")),
        png((b"IEND", b"")),
        png((b"IHDR", GREY)) + b"\xff" * 40,
        png((b"IHDR", GREY), (b"IDAT", ROWS), (b"IEND", b"")).replace(ROWS, ROWS[::-1]),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe1\0\0\xff\xda\0\x01\xff\xd9",
    ],
)
def test_broken_files_are_refused(data):
    with pytest.raises(images.PictureRefused):
        cleaned(data)


@pytest.mark.parametrize("side", [4_095, 4_097, 5_000])
def test_a_large_picture_is_shrunk_in_strips_without_seams(side):
    gradient = Image.linear_gradient("L").resize((side, side // 2)).convert("RGBA")
    wanted = gradient.convert("RGB").resize((1024, 512), Image.Resampling.LANCZOS)

    found = cleaned(saved(gradient, compress_level=1))

    assert found.size in ((1024, 512), (1024, 511))
    difference = ImageChops.difference(found, wanted.resize(found.size))
    assert difference.convert("L").getextrema()[1] <= 2


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_large_picture_is_turned_too(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.new("RGB", (4_400, 2_200), "red")
    picture.paste("blue", (2_200, 0, 4_400, 2_200))

    found = cleaned(saved(picture, exif=exif))

    corner = found.getpixel((0, 0))
    assert found.size == ((1024, 512) if orientation == 3 else (512, 1024))
    assert corner == ((255, 0, 0) if orientation == 6 else (0, 0, 255))


def test_process_that_may_not_take_enough_refuses_the_picture(settings):
    settings.PICTURE_MEMORY_MB = 150
    large = picture_bytes("WEBP", (6_320, 6_320), lossless=True, method=0)

    with pytest.raises(images.PictureRefused):
        cleaned(large)


def test_process_that_takes_too_long_is_ended(settings):
    settings.PICTURE_TIMEOUT_S = 1e-6

    with pytest.raises(Busy):
        cleaned(picture_bytes())
