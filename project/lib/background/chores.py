"""Chores that the sweeper repeats at intervals, independent of any row."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """A chore; `do` may run in several sweepers at once, and again at any time."""

    name: str
    every_s: int
    do: Callable[[], None]


CHORES: dict[str, Chore] = {}


def register(chore: Chore) -> None:
    """Have every sweeper do a chore at its start, and then every `every_s` seconds."""
    CHORES[chore.name] = chore
