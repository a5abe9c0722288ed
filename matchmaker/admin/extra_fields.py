"""Fields that other apps add to a member's page.

An app adds its own where it registers its admin: `register(_("Chat"), rooms_of)`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from matchmaker.models import Member

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Returns HTML for a member; `admin.display` gives it its name.
Told = Callable[[Member], str]

FIELDSETS: list[tuple[Any, dict[str, Any]]] = []


def register(title: "_StrPromise", *fields: Told) -> None:
    """Show these fields at the end of the page, under `title`."""
    FIELDSETS.append((title, {"fields": fields}))


def fields() -> tuple[Told, ...]:
    return tuple(told for _title, options in FIELDSETS for told in options["fields"])
