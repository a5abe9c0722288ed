"""Picture files to upload."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture_bytes(
    kind: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    mode: str = "RGB",
    colour: Any = (200, 60, 60),
    **options: Any,
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def upload(data: bytes | None = None, name: str = "a.jpg") -> SimpleUploadedFile:
    content = picture_bytes() if data is None else data
    return SimpleUploadedFile(name, content, "image/jpeg")
