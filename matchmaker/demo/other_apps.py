"""Demo data that other apps add for the demo members.

An app adds its own in its AppConfig.ready: `register("events.demo.load.load_events")`,
by dotted path, because processes that serve need not import it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Load:
    """A load in progress, in which demo members 1 to `members` exist.

    `files`: names of stored files, which are deleted if the load fails.
    """

    members: int
    seed: int
    files: list[str]


# Adds what is missing, in the load's transaction; returns counts of what it added.
Loader = Callable[[Load], dict[str, int]]

PATHS: list[str] = []


def register(path: str) -> None:
    """Have the Loader at this dotted path called, after those registered earlier."""
    if path not in PATHS:
        PATHS.append(path)


def loaders() -> Iterator[Loader]:
    return map(import_string, PATHS)
