"""Decode one picture in a process of its own: `python -m matchmaker.picture_decoding`.

The picture comes on stdin. The process may take so much memory and no more, gives all
of it back by ending, and a file that breaks a decoder breaks nothing else. So this
module imports no Django. It answers on stdout: a line, and the pixels of a picture.
"""

import struct
import sys
from collections.abc import Iterator
from io import BytesIO
from resource import RLIMIT_AS, RLIMIT_CORE, setrlimit

from PIL import Image, ImageCms, ImageOps

from matchmaker import picture_files

FORMATS = ("JPEG", "PNG", "WEBP")

# Some encoders need forty; each costs a pass over the whole picture.
JPEG_SCANS_MAX = 40

# Lines that are answered: a refusal, or with width and height that pixels follow.
DAMAGED, TOO_MANY_PIXELS, TOO_MANY_SCANS = "damaged", "pixels", "scans"
DECODED = "decoded"

# How many rows a strip has after it is shrunk.
_STRIP_ROWS = 16

# The errors that Pillow raises for broken files.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    MemoryError,
    ZeroDivisionError,
    Image.DecompressionBombError,
)


class Refused(Exception):
    """The file is not an acceptable picture, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def main() -> None:
    max_pixels, max_side_px, max_memory_bytes = map(int, sys.argv[1:])
    setrlimit(RLIMIT_AS, (max_memory_bytes, max_memory_bytes))
    setrlimit(RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    try:
        picture = decoded(
            sys.stdin.buffer.read(), max_pixels=max_pixels, max_side_px=max_side_px
        )
    except Refused as refused:
        out.write(f"{refused.reason}\n".encode())
    else:
        out.write(f"{DECODED} {picture.width} {picture.height}\n".encode())
        out.write(picture.tobytes())


def decoded(data: bytes, *, max_pixels: int, max_side_px: int) -> Image.Image:
    """Return the picture upright, RGB (sRGB), at most `max_side_px` on a side.

    Only the first frame of an animation is kept; transparency becomes white. Raises
    Refused if it is not a JPEG, PNG or WebP, is truncated, or exceeds `max_pixels`.
    """
    data = _drawn(data)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            # The size is read from the header, before the pixels are decoded.
            if picture.width * picture.height > max_pixels:
                raise Refused(TOO_MANY_PIXELS)
            # A JPEG can be decoded at a fraction of its size and in less time.
            picture.draft(None, (max_side_px, max_side_px))
            picture.load()
            reduced = _reduced(picture, max_side_px)
        reduced.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS)
        # Turning copies the picture, so the shrunk one is turned.
        return _as_rgb(ImageOps.exif_transpose(reduced))
    except _BROKEN as error:
        raise Refused(DAMAGED) from error


def _drawn(data: bytes) -> bytes:
    """Return the file with only the data that draws the picture."""
    if data.startswith(picture_files.PNG_START):
        drawn = picture_files.drawn_png(data)
        if drawn is None:
            raise Refused(DAMAGED)  # Pillow accepts a PNG without its end
        return drawn
    is_jpeg = data.startswith(picture_files.JPEG_START)
    if is_jpeg and picture_files.jpeg_scans(data) > JPEG_SCANS_MAX:
        raise Refused(TOO_MANY_SCANS)
    return data


def _reduced(picture: Image.Image, max_side_px: int) -> Image.Image:
    """Return the picture at least twice as large as needed, in a mode that is smooth.

    It is shrunk by a whole factor, strip by strip, because changing the mode of the
    whole would copy it: 160 MB for 40 megapixels.
    """
    factor = max(picture.size) // (2 * max_side_px)
    if factor <= 1:
        return _reducible(picture)
    size = (-(-picture.width // factor), -(-picture.height // factor))
    whole: Image.Image | None = None
    for number, strip in enumerate(_strips(picture, _STRIP_ROWS * factor)):
        reduced = _reducible(strip).reduce(factor)
        if whole is None:
            whole = Image.new(reduced.mode, size)
            whole.info = dict(reduced.info)
        whole.paste(reduced, (0, number * _STRIP_ROWS))
    assert whole is not None  # noqa: S101 - a picture has a row at least
    return whole


def _strips(picture: Image.Image, rows: int) -> Iterator[Image.Image]:
    for top in range(0, picture.height, rows):
        bottom = min(top + rows, picture.height)
        yield picture.crop((0, top, picture.width, bottom))


def _reducible(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode that Pillow shrinks smoothly."""
    if picture.mode.startswith("I"):  # 16 bits a pixel; no alpha channel
        eight = picture.point(lambda value: value / 256).convert("L")
        eight.info.pop("transparency", None)
        return eight
    if picture.has_transparency_data:
        smooth = "LA" if picture.mode in ("L", "LA") else "RGBA"
    else:
        smooth = {"1": "L", "P": "RGB"}.get(picture.mode, picture.mode)
    return picture if smooth == picture.mode else picture.convert(smooth)


def _as_rgb(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB by its own profile, on white where transparent."""
    if picture.mode not in ("LA", "RGBA"):
        return _as_srgb(picture)
    opaque = _as_srgb(picture.convert(picture.mode.removesuffix("A")))
    white = Image.new("RGB", picture.size, "white")
    white.paste(opaque, mask=picture.getchannel("A"))
    return white


def _as_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile: keep the numbers as they are
        if converted is not None:
            return converted
    return picture.convert("RGB")


if __name__ == "__main__":
    main()
