"""What the sweeper does every so often, because time has passed and not for a row."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """`do` may run in several sweepers at the same time, and again at once."""

    name: str
    every_s: int
    do: Callable[[], None]


CHORES: dict[str, Chore] = {}


def register(chore: Chore) -> None:
    """Have every sweeper do a chore: when it starts, and every `every_s` after."""
    CHORES[chore.name] = chore
