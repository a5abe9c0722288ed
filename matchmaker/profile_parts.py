"""Parts that other apps add to a member's own profile.

An app adds its own in its AppConfig.ready: `register(EmailFacts, read_facts)`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.serializers import Field, Serializer

from matchmaker.models import Member


@dataclass(frozen=True)
class Part:
    """A part: `serializer` declares fields no other part has, `read` returns values.

    `read` takes a constant number of queries.
    """

    serializer: type[Serializer]
    read: Callable[[Member], Mapping[str, Any]]


PARTS: list[Part] = []


def register(
    serializer: type[Serializer], read: Callable[[Member], Mapping[str, Any]]
) -> None:
    """Show these fields after those registered earlier."""
    PARTS.append(Part(serializer, read))


def fields() -> Iterator[tuple[str, Field]]:
    for part in PARTS:
        yield from part.serializer().get_fields().items()


def read(member: Member) -> dict[str, Any]:
    """Return the values of all `fields`, by name."""
    return {name: value for part in PARTS for name, value in part.read(member).items()}
