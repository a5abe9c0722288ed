"""The member who asks: what answers depend on, and how statements name it."""

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.core.files.storage import default_storage
from django.db.models import BigIntegerField

from matchmaker.authentication import MemberRequest
from project.lib.reads.geo import Geography, LonLat
from project.lib.reads.statements import Param, Statement


@dataclass(frozen=True)
class Viewer:
    """`origin`: the own location as EWKT. `media`: what an avatar's URL begins with."""

    id: int
    origin: str | None = None
    media: str = ""

    @classmethod
    def of(cls, request: MemberRequest) -> "Viewer":
        location = request.user.location
        return cls(
            id=request.user.pk,
            origin=LonLat.of(location).ewkt if location else None,
            media=request.build_absolute_uri(_media_prefix()),
        )


class Viewed(Protocol):
    """What a statement that depends on the viewer is run with."""

    @property
    def viewer(self) -> Viewer: ...


# Querysets take it in the place of a member.
VIEWER = Param[Viewed](lambda values: values.viewer.id, BigIntegerField())
ORIGIN = Geography(Param[Viewed](lambda values: values.viewer.origin))


@dataclass(frozen=True)
class ViewedRow:
    """What the reading of one row is run with."""

    viewer: Viewer
    id: int


ROW_ID = Param[ViewedRow](lambda values: values.id, BigIntegerField())


def read_row(
    statement: Statement[ViewedRow], request: MemberRequest, row_id: int
) -> str | None:
    """JSON text of one row, or None when the viewer may not know of it."""
    row = statement.row(ViewedRow(Viewer.of(request), row_id))
    return None if row is None else str(row[0])


def media_sql(column: str) -> Statement[Viewed]:
    """SQL of the URL of a file whose name a column has, null without one."""
    media = Param[Viewed](lambda values: values.viewer.media)
    return Statement.written(
        "{media} || NULLIF({column}, '')", media=media, column=Statement(column)
    )


@cache
def _media_prefix() -> str:
    """What the storage puts before a file's name in its URL.

    Storages whose URLs are signed one by one cannot be written by PostgreSQL; check
    matchmaker.E001 refuses them.
    """
    return default_storage.url("a").removesuffix("a")
