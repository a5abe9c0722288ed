"""Pictures, from bytes to bytes: verify, turn upright, shrink, strip, watermark.

Only the pixels of an upload survive: it is decoded and encoded anew, so no GPS
position, thumbnail or trailing archive gets through.
"""

import struct
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps

from matchmaker import picture_files
from project.lib.errors import Text

FORMATS = ("JPEG", "PNG", "WEBP")
WATERMARK = Path(__file__).parent / "watermark.png"
WATERMARK_WIDTH_RATIO = 0.25
JPEG_QUALITY = 85

# Some encoders need forty; each costs a pass over the whole picture.
JPEG_SCANS_MAX = 40

DAMAGED = _("This is not a JPEG, PNG or WebP picture, or it is damaged.")

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


class PictureRefused(ValueError):
    """The upload is not an acceptable picture; `detail` says why."""

    def __init__(self, detail: Text) -> None:
        super().__init__(str(detail))
        self.detail = detail


def clean_picture(
    file: IO[bytes], *, max_bytes: int, max_pixels: int, max_side_px: int
) -> Image.Image:
    """Decode an upload: upright, RGB (sRGB), at most `max_side_px` on a side.

    Raises PictureRefused if it is not a JPEG, PNG or WebP, is truncated, or exceeds
    `max_bytes` or `max_pixels`. Only the first frame of an animation is kept;
    transparency becomes white.
    """
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise PictureRefused(
            _("The picture is larger than %(size)d MiB.") % {"size": max_bytes >> 20}
        )
    data = _drawn(data)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            # The size is read from the header, before the pixels are decoded.
            if picture.width * picture.height > max_pixels:
                raise PictureRefused(
                    _("The picture has more than %(size)d megapixels.")
                    % {"size": max_pixels // 1_000_000}
                )
            # A JPEG can be decoded at a fraction of its size and in less time.
            picture.draft(None, (max_side_px, max_side_px))
            picture.load()
            reduced = _reducible(picture)
            reduced.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS)
            # Turning copies the picture, so the shrunk one is turned.
            return _as_rgb(ImageOps.exif_transpose(reduced))
    except PictureRefused:
        raise
    except _BROKEN as error:
        raise PictureRefused(DAMAGED) from error


def _drawn(data: bytes) -> bytes:
    """Return the file with only the data that draws the picture."""
    if data.startswith(picture_files.PNG_START):
        drawn = picture_files.drawn_png(data)
        if drawn is None:
            raise PictureRefused(DAMAGED)  # Pillow accepts a PNG without its end
        return drawn
    is_jpeg = data.startswith(picture_files.JPEG_START)
    if is_jpeg and picture_files.jpeg_scans(data) > JPEG_SCANS_MAX:
        raise PictureRefused(
            _("The JPEG has more than %(count)d scans.") % {"count": JPEG_SCANS_MAX}
        )
    return data


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
    # Converting copies even to the same mode: 160 MB for 40 megapixels.
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


def watermarked(picture: Image.Image) -> Image.Image:
    """Return a copy with the watermark in the lower right corner."""
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
