"""Draw portraits of people who do not exist, with a few ellipses."""

from random import Random
from typing import NamedTuple

from PIL import Image

from matchmaker.demo.drawing import OVERSAMPLING, Pencil, gradient

SIDE_PX = 480
SKINS = ("#f6d7c3", "#eec1a0", "#d9a27a", "#b97c52", "#8c5a3a", "#68412a")
HAIRS = ("#2b1d16", "#4a2f20", "#7b4a26", "#a86b32", "#d8b066", "#8f8f94", "#1c1c22")
CLOTHES = ("#2f6690", "#81171b", "#3a7d44", "#6d597a", "#d17a22", "#355070", "#b56576")
SKIES = (
    ("#ffd6a5", "#ff9e9e"),
    ("#caf0f8", "#48a9c5"),
    ("#d8f3dc", "#74c69d"),
    ("#e0c3fc", "#8ec5fc"),
    ("#fde2e4", "#cdb4db"),
    ("#fff3b0", "#e09f3e"),
    ("#d6e4f0", "#6a8caf"),
)
INK = "#33262b"
LIPS = "#a8434b"


class _Looks(NamedTuple):
    skin: str
    hair: str
    clothes: str
    female: bool
    fringe: bool
    glasses: bool
    beard: bool


def portrait(number: int, seed: int, *, female: bool) -> Image.Image:
    """Return a square RGB picture, the same for the same number and seed."""
    rng = Random(number << 64 | seed)  # noqa: S311 - repeatable, not secret
    looks = _Looks(
        skin=rng.choice(SKINS),
        hair=rng.choice(HAIRS),
        clothes=rng.choice(CLOTHES),
        female=female,
        fringe=rng.random() < 0.5,
        glasses=rng.random() < 0.25,
        beard=not female and rng.random() < 0.35,
    )
    side = SIDE_PX * OVERSAMPLING
    picture = gradient((side, side), *rng.choice(SKIES))
    _draw_person(Pencil(picture), looks)
    return picture.reduce(OVERSAMPLING)


def _draw_person(pencil: Pencil, looks: _Looks) -> None:
    """Draw a person from back to front, because later parts cover earlier ones."""
    if looks.female:
        pencil.block(26.5, 18, 73.5, 84, radius=23, fill=looks.hair)
    pencil.oval(14, 76, 86, 140, fill=looks.clothes)
    pencil.block(42, 60, 58, 84, radius=8, fill=looks.skin)
    pencil.oval(27, 40, 34, 53, fill=looks.skin)
    pencil.oval(66, 40, 73, 53, fill=looks.skin)
    pencil.oval(28, 13, 72, 62, fill=looks.hair)
    if looks.beard:
        pencil.oval(30, 30, 70, 76, fill=looks.hair)
        pencil.oval(30.5, 23, 69.5, 64, fill=looks.skin)
    else:
        pencil.oval(30.5, 23, 69.5, 74, fill=looks.skin)
    if looks.fringe:
        pencil.chord(28, 13, 72, 62, start=188, end=318, fill=looks.hair)
    _draw_features(pencil, looks)


def _draw_features(pencil: Pencil, looks: _Looks) -> None:
    for centre in (41.5, 58.5):
        pencil.arc(
            centre - 4.5, 39, centre + 4.5, 46, start=205, end=335, width=1.1, fill=INK
        )
        pencil.oval(centre - 3.4, 43.5, centre + 3.4, 49, fill="white")
        pencil.oval(centre - 1.9, 44, centre + 1.9, 48.6, fill=INK)
        if looks.glasses:
            pencil.arc(
                centre - 7, 40, centre + 7, 52.5, start=0, end=360, width=1, fill=INK
            )
    if looks.glasses:
        pencil.block(48.3, 44.5, 51.7, 45.6, radius=0.4, fill=INK)
    pencil.arc(47, 48, 53, 56, start=20, end=160, width=1, fill="#9c6a55")
    pencil.chord(42, 53, 58, 66, start=20, end=160, fill=LIPS)
