"""Pictures: bytes in, bytes out. Verify, turn upright, bound, strip, watermark.

Nothing of an upload survives but its pixels: it is decoded and encoded anew, so no
GPS position, no thumbnail and no trailing archive gets through.
"""

import struct
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from project.lib.errors import Text

FORMATS = ("JPEG", "PNG", "WEBP")
WATERMARK = Path(__file__).parent / "watermark.png"
WATERMARK_WIDTH_RATIO = 0.25
JPEG_QUALITY = 85

# Each scan of a progressive JPEG passes over the whole picture: usually ten, but a few
# bytes more ask for another one. The marker cannot occur inside of a scan; in the
# data of other formats it does, by chance, every 64 KiB.
JPEG_START, JPEG_SCAN, JPEG_SCANS_MAX = b"\xff\xd8", b"\xff\xda", 40

# Pillow accepts a PNG without its end.
PNG_START, PNG_END = b"\x89PNG", b"IEND\xaeB`\x82"

DAMAGED = _("This is not a JPEG, PNG or WebP picture, or it is damaged.")

# What Pillow raises for files that are broken in one way or another.
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


class PictureRefused(ValueError):
    """An upload that is no acceptable picture; `detail` tells its sender why."""

    def __init__(self, detail: Text) -> None:
        super().__init__(str(detail))
        self.detail = detail


def clean_picture(
    file: IO[bytes], *, max_bytes: int, max_pixels: int, max_side_px: int
) -> Image.Image:
    """Decode an upload: upright, RGB (sRGB), at most `max_side_px` on a side.

    Raises PictureRefused for what is no JPEG, PNG or WebP, is truncated, or exceeds
    `max_bytes` or `max_pixels`. Of an animation the first frame is kept;
    transparency becomes white.
    """
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise PictureRefused(
            _("The picture is larger than %(size)d MiB.") % {"size": max_bytes >> 20}
        )
    is_bomb = data.startswith(JPEG_START) and data.count(JPEG_SCAN) > JPEG_SCANS_MAX
    if is_bomb or (PNG_START in data[:8] and PNG_END not in data):
        raise PictureRefused(DAMAGED)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            # The size is read from the header, before anything is unpacked.
            if picture.width * picture.height > max_pixels:
                raise PictureRefused(
                    _("The picture has more than %(size)d megapixels.")
                    % {"size": max_pixels // 1_000_000}
                )
            # A JPEG can be decoded at a fraction of its size, and of the time.
            picture.draft(None, (max_side_px, max_side_px))
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS)
            return _as_rgb(upright)
    except PictureRefused:
        raise
    except _BROKEN as error:
        raise PictureRefused(DAMAGED) from error


def _as_rgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile: the numbers as they are
        if converted is not None:
            return converted
    if picture.mode.startswith("I"):  # 16 bits a pixel
        picture = picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def watermarked(picture: Image.Image) -> Image.Image:
    """A copy with the watermark in its lower right corner."""
    mark = _watermark()
    width = max(1, round(picture.width * WATERMARK_WIDTH_RATIO))
    height = max(1, round(width * mark.height / mark.width))
    mark = mark.resize((width, height), Image.Resampling.LANCZOS)
    margin = width // 8
    marked = picture.copy()
    corner = (picture.width - width - margin, picture.height - height - margin)
    marked.paste(mark, corner, mark)
    return marked


@cache
def _watermark() -> Image.Image:
    with Image.open(WATERMARK) as mark:
        return mark.convert("RGBA")


def jpeg(picture: Image.Image) -> bytes:
    """Encode for storage: progressive JPEG without any metadata."""
    out = BytesIO()
    plain = Image.new("RGB", picture.size)
    plain.paste(picture)
    plain.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return out.getvalue()
