"""The member who asks: the values that answers depend on, and their Params."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.core.files.storage import default_storage
from django.db.models import BigIntegerField

from matchmaker.authentication import MemberRequest
from project.lib.reads.geo import Geography, LonLat
from project.lib.reads.statements import Param, Statement

NOBODY = 0  # no member's id


@dataclass(frozen=True)
class Viewer:
    """A viewer. `origin`: its location as EWKT. `media`: the prefix of avatar URLs.

    Where signing in is not required, `id` may be NOBODY's.
    """

    id: int
    origin: str | None = None
    media: str = ""

    @classmethod
    def of(cls, request: MemberRequest) -> "Viewer":
        location = getattr(request.user, "location", None)
        return cls(
            id=request.user.pk or NOBODY,
            origin=LonLat.of(location).ewkt if location else None,
            media=request.build_absolute_uri(_media_prefix()),
        )


class Viewed(Protocol):
    """Values of a statement that depends on the viewer."""

    @property
    def viewer(self) -> Viewer: ...


# Querysets take it in place of a member.
VIEWER = Param[Viewed](lambda values: values.viewer.id, BigIntegerField())
ORIGIN = Geography(Param[Viewed](lambda values: values.viewer.origin))


@dataclass(frozen=True)
class ViewedRow:
    """Values of a statement that reads one row for the viewer."""

    viewer: Viewer
    id: int


ROW_ID = Param[ViewedRow](lambda values: values.id, BigIntegerField())


def read_row(
    statement: Statement[ViewedRow], request: MemberRequest, row_id: int
) -> str | None:
    """Return one row as JSON text, or None if the viewer may not know of it."""
    row = statement.row(ViewedRow(Viewer.of(request), row_id))
    return None if row is None else str(row[0])


def media_sql(column: str) -> Statement[Viewed]:
    """Return SQL of the URL of the file named by a column, null without one."""
    media = Param[Viewed](lambda values: values.viewer.media)
    return Statement.written(
        "{media} || NULLIF({column}, '')", media=media, column=Statement(column)
    )


@cache
def _media_prefix() -> str:
    """Return the prefix that the storage puts before a file's name in its URL.

    PostgreSQL cannot write URLs that the storage signs one by one; the check
    matchmaker.E001 refuses them.
    """
    return default_storage.url("a").removesuffix("a")
