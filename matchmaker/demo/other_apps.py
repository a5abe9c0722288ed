"""Demo data of other apps, which live among the demo members.

An app adds its own in its AppConfig.ready: `register("events.demo.load.load_events")`,
by its path, since what draws demo data is of no use to a process that serves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Load:
    """A load that is going on: demo members 1 to `members` are there.

    `files`: names of stored files, which are deleted if the load fails.
    """

    members: int
    seed: int
    files: list[str]


# Adds what is missing, in the load's transaction; tells how many of what it added.
Loader = Callable[[Load], dict[str, int]]

PATHS: list[str] = []


def register(path: str) -> None:
    """Have the Loader of this dotted path called, after those of the apps before."""
    if path not in PATHS:
        PATHS.append(path)


def loaders() -> Iterator[Loader]:
    return map(import_string, PATHS)
