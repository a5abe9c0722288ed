"""Pictures, from bytes to bytes: verify, turn upright, shrink, strip, watermark.

Only the pixels of an upload survive: it is decoded and encoded anew, so no GPS
position, thumbnail or trailing archive gets through.
"""

import logging
import signal
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image

from matchmaker import picture_decoding
from project.lib.errors import Text
from project.lib.turns import Busy, Turns

WATERMARK = Path(__file__).parent / "watermark.png"
WATERMARK_WIDTH_RATIO = 0.25
JPEG_QUALITY = 85

DAMAGED = _("This is not a JPEG, PNG or WebP picture, or it is damaged.")

logger = logging.getLogger(__name__)


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
    `max_bytes` or `max_pixels`; Busy if too many are decoded. Only the first frame of
    an animation is kept; transparency becomes white.
    """
    file.seek(0)  # a change that is read a second time is decoded again
    data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise PictureRefused(
            _("The picture is larger than %(size)d MiB.") % {"size": max_bytes >> 20}
        )
    answer, _end, pixels = _decoded(data, max_pixels, max_side_px).partition(b"\n")
    word, *size = answer.decode().split()
    if word == picture_decoding.DECODED:
        width, height = map(int, size)
        return Image.frombytes("RGB", (width, height), pixels)
    raise PictureRefused(
        {
            picture_decoding.TOO_MANY_PIXELS: _(
                "The picture has more than %(size)d megapixels."
            )
            % {"size": max_pixels // 1_000_000},
            picture_decoding.TOO_MANY_SCANS: _(
                "The JPEG has more than %(count)d scans."
            )
            % {"count": picture_decoding.JPEG_SCANS_MAX},
        }.get(word, DAMAGED)
    )


@cache
def decoding_turns() -> Turns:
    return Turns(at_once=settings.PICTURE_PROCESSES, waiting=settings.PICTURES_WAITING)


def _decoded(data: bytes, max_pixels: int, max_side_px: int) -> bytes:
    """Return what the process `picture_decoding` answers. Raises Busy."""
    command = [sys.executable, "-m", picture_decoding.__name__]
    limits = (max_pixels, max_side_px, settings.PICTURE_MEMORY_MB << 20)
    with decoding_turns().taken():
        try:
            ended = subprocess.run(  # noqa: S603 - nothing in it is anybody's input
                [*command, *map(str, limits)],
                input=data,
                capture_output=True,
                check=False,
                cwd=settings.BASE_DIR,
                env={},  # a broken decoder finds no secrets
                start_new_session=True,  # Ctrl-C ends requests first
                timeout=settings.PICTURE_TIMEOUT_S,
            )
        except (subprocess.TimeoutExpired, OSError) as error:
            logger.warning("A picture was not decoded: %s", type(error).__name__)
            raise Busy from error
    if ended.returncode == 0:
        return ended.stdout
    reason = ended.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    logger.warning("Decoding a picture ended with %d: %s", ended.returncode, reason)
    if ended.returncode in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS):
        return picture_decoding.DAMAGED.encode()
    raise Busy  # killed for want of memory, or not even started


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
