"""Draw places that do not exist: hills, a town or the sea, by day or night."""

from random import Random

from PIL import Image

from matchmaker.demo.drawing import OVERSAMPLING, Pencil, gradient

WIDTH_PX, HEIGHT_PX = 960, 600
# In hundredths of the width.
BOTTOM = 100 * HEIGHT_PX / WIDTH_PX
DAYS = (
    ("#8fd3f4", "#fef9d7", "#fff3b0"),
    ("#a1c4fd", "#fbc2eb", "#ffe29a"),
    ("#89f7fe", "#d4fc79", "#fff7c2"),
)
NIGHTS = (
    ("#141e30", "#35577d", "#f4f1de"),
    ("#2c1a4d", "#b5546b", "#ffd6a5"),
    ("#0f2027", "#2c5364", "#e8ecef"),
)
GREENS = ("#95b46a", "#6a994e", "#386641", "#2b4c3f")
BLUES = ("#7fb7be", "#4a8fa8", "#2f6690", "#16425b")
WALLS = ("#6d597a", "#b56576", "#e56b6f", "#355070", "#81667a", "#486581")
FLAGS = ("#e63946", "#f4a261", "#e9c46a", "#2a9d8f", "#457b9d")
WINDOW_LIT, WINDOW_DARK = "#ffe8a3", "#dfe7ee"


def poster(number: int, seed: int) -> Image.Image:
    """Return a picture of WIDTH_PX by HEIGHT_PX, determined by number and seed."""
    rng = Random(f"poster {number} {seed}")  # noqa: S311 - repeatable, not secret
    is_night = rng.random() < 0.4
    top, bottom, light = rng.choice(NIGHTS if is_night else DAYS)
    size = (WIDTH_PX * OVERSAMPLING, HEIGHT_PX * OVERSAMPLING)
    picture = gradient(size, top, bottom)
    pencil = Pencil(picture)
    x, y, radius = rng.uniform(15, 85), rng.uniform(10, 24), rng.uniform(4, 8)
    pencil.oval(x - radius, y - radius, x + radius, y + radius, fill=light)
    scene = rng.randrange(3)
    if scene == 0:
        _draw_waves(pencil, rng, GREENS, height=26)
    elif scene == 1:
        _draw_town(pencil, rng, WINDOW_LIT if is_night else WINDOW_DARK)
    else:
        _draw_waves(pencil, rng, BLUES, height=12)
        _draw_boat(pencil, rng)
    _draw_flags(pencil, rng)
    return picture.reduce(OVERSAMPLING)


def _draw_waves(
    pencil: Pencil, rng: Random, colours: tuple[str, ...], height: float
) -> None:
    """Draw rows of waves, the nearer the lower and darker."""
    for row, colour in enumerate(colours):
        crest = BOTTOM - height + row * height / len(colours)
        for centre in range(-10, 111, 24):
            middle = centre + rng.uniform(-8, 8)
            top = crest - rng.uniform(0, height / 4)
            pencil.oval(middle - 26, top, middle + 26, top + 90, fill=colour)


def _draw_town(pencil: Pencil, rng: Random, window: str) -> None:
    left = -2.0
    while left < 100:
        width, top = rng.uniform(8, 14), BOTTOM - rng.uniform(14, 38)
        pencil.block(left, top, left + width, 110, radius=1, fill=rng.choice(WALLS))
        x = left + 1.8
        while x + 1.6 < left + width - 1:
            y = top + 2.2
            while y < BOTTOM - 3:
                if rng.random() < 0.7:
                    pencil.block(x, y, x + 1.5, y + 2, radius=0.2, fill=window)
                y += 4
            x += 3
        left += width + rng.uniform(0.3, 2)


def _draw_boat(pencil: Pencil, rng: Random) -> None:
    x, y = rng.uniform(25, 70), BOTTOM - 12
    pencil.block(x, y - 17, x + 0.6, y, radius=0.2, fill="#3d2b1f")
    pencil.chord(x - 14, y - 17, x + 14, y + 14, start=275, end=345, fill="#fdf6ec")
    pencil.chord(x - 11, y - 9, x + 12, y + 5, start=0, end=180, fill="#9c3d2e")


def _draw_flags(pencil: Pencil, rng: Random) -> None:
    """Draw a garland that hangs from the upper corners."""
    pencil.arc(-20, -60, 120, 9, start=20, end=160, width=0.3, fill="#555b66")
    first = rng.randrange(len(FLAGS))
    for n in range(15):
        x = 3.5 + n * 6.7
        # On the ellipse of the line.
        y = -25.5 + 34.5 * (1 - ((x - 50) / 70) ** 2) ** 0.5
        colour = FLAGS[(first + n) % len(FLAGS)]
        pencil.chord(x - 2.6, y - 4.2, x + 2.6, y + 4.2, start=0, end=180, fill=colour)
