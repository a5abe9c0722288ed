"""Drawing tools for the demo's pictures."""

from PIL import Image, ImageDraw

Box = tuple[float, float, float, float]

# Drawn larger and then shrunk, because Pillow does not smooth edges.
OVERSAMPLING = 2


def gradient(size: tuple[int, int], top: str, bottom: str) -> Image.Image:
    """Return a picture of `size` pixels with a gradient from `top` to `bottom`."""
    mask = Image.linear_gradient("L").resize((1, size[1]))
    column = Image.composite(
        Image.new("RGB", mask.size, bottom), Image.new("RGB", mask.size, top), mask
    )
    return column.resize(size, Image.Resampling.NEAREST)


class Pencil:
    """Draws in hundredths of the picture's width, from its upper left corner."""

    def __init__(self, picture: Image.Image) -> None:
        self._draw = ImageDraw.Draw(picture)
        self._unit = picture.width / 100

    def _scaled(self, box: Box) -> Box:
        left, top, right, bottom = (value * self._unit for value in box)
        return left, top, right, bottom

    def oval(self, *box: float, fill: str) -> None:
        left, top, right, bottom = box
        self._draw.ellipse(self._scaled((left, top, right, bottom)), fill)

    def block(self, *box: float, radius: float, fill: str) -> None:
        left, top, right, bottom = box
        self._draw.rounded_rectangle(
            self._scaled((left, top, right, bottom)), radius * self._unit, fill
        )

    def arc(
        self, *box: float, start: float, end: float, width: float, fill: str
    ) -> None:
        """Draw part of an ellipse's outline; degrees, clockwise from three o'clock."""
        left, top, right, bottom = box
        self._draw.arc(
            self._scaled((left, top, right, bottom)),
            start,
            end,
            fill,
            round(width * self._unit),
        )

    def chord(self, *box: float, start: float, end: float, fill: str) -> None:
        left, top, right, bottom = box
        self._draw.chord(self._scaled((left, top, right, bottom)), start, end, fill)
