"""The serializer field for pictures."""

from typing import Any

from PIL import Image
from rest_framework import serializers

from matchmaker import constants, images


class PictureField(serializers.FileField):
    """A picture file (JPEG, PNG, WebP; 5 MiB, 40 megapixels), decoded and cleaned."""

    def __init__(self, *, max_side_px: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_side_px = max_side_px

    # The stubs' FileField can return only files.
    def to_internal_value(self, data: Any) -> Image.Image:  # type: ignore[override]
        file = super().to_internal_value(data)
        try:
            return images.clean_picture(
                file,
                max_bytes=constants.PICTURE_MAX_BYTES,
                max_pixels=constants.PICTURE_MAX_PIXELS,
                max_side_px=self.max_side_px,
            )
        except images.PictureRefused as error:
            raise serializers.ValidationError(str(error.detail)) from error
