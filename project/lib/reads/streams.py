"""A list's whole result, row by row, in memory that does not depend on how much it is.

The rows are those of the list, by its own rules. They are read by its cursors, PAGE
rows at a time. Each of these pages is a statement of its own, so no connection,
transaction or snapshot is held while a client reads; and whoever blocks, hides or is
deleted meanwhile is in no later page. A row that is there all the time comes once.
"""

from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from rest_framework.request import Request

from project.lib.reads import csv_rows
from project.lib.reads.answers import Answer
from project.lib.reads.cursors import Cursor, CursorInvalid, KeysetQuery
from project.lib.reads.lists import before_others
from project.lib.reads.parameters import LIMIT, Choice
from project.lib.reads.statements import Statement
from project.lib.server.paged_response import PagedResponse

# Rows of one statement, which is far within its time, and of one piece in memory.
PAGE = 1_000

SEQUENCE = "application/geo+json-seq"


@dataclass(frozen=True)
class Form:
    """How rows are written: what is before all of them, and SQL of one row `p`."""

    content_type: str
    header: Callable[[type[Answer], Collection[str]], str]
    row: Callable[[type[Answer], Collection[str]], Statement[Any]]


def _no_header(answer: type[Answer], without: Collection[str]) -> str:
    return ""


def _record(answer: type[Answer], without: Collection[str]) -> Statement[Any]:
    """Return SQL of a feature as a text of RFC 8142's sequence."""
    return Statement.written(
        "chr(30) || ({feature})::text || chr(10)",
        feature=answer.written_feature(without=without),
    )


FORMS = {
    SEQUENCE: Form(SEQUENCE, _no_header, _record),
    csv_rows.MEDIA_TYPE: Form(
        f"{csv_rows.MEDIA_TYPE}; charset=utf-8; header=present",
        csv_rows.header,
        csv_rows.row,
    ),
}

# What `?format=` calls them.
STREAMS = {SEQUENCE: "geojsonseq", csv_rows.MEDIA_TYPE: "csv"}

# Whether whoever asked may still be answered: asked again before each further page.
CHECKS: list[Callable[[Request], bool]] = []


class NoLongerAllowed(PermissionError):
    """Whoever reads the stream has been signed out everywhere, or deactivated."""


def is_streamed(request: Request) -> bool:
    """Return whether the request asks for a stream."""
    return getattr(request.accepted_renderer, "media_type", None) in FORMS


def stream(of: Any, request: Request, given: dict[str, Any]) -> PagedResponse:
    """Answer a GET of a keyset list by all its rows; `given`: its cleaned parameters.

    `page_size` is how many rows at most, and `cursor` where to begin. Raises
    CursorInvalid.
    """
    media_type = request.accepted_renderer.media_type
    form = FORMS[media_type]
    cursor = None
    if "cursor" in given:
        cursor = Cursor.parse(given["cursor"], of.order(of.filterset.choose(given)))
        if not cursor.forward:
            raise CursorInvalid
    pages = _pages(of, request, given, cursor, form)
    # The first one here, where an error is still an answer of its own.
    parts = chain([next(pages)], pages) if request.method != "HEAD" else []
    response = PagedResponse(filter(None, parts), content_type=form.content_type)
    if media_type == csv_rows.MEDIA_TYPE:
        name = f'attachment; filename="{of.title}.csv"'
        response.headers["Content-Disposition"] = name
    return response


def _pages(
    of: Any,
    request: Request,
    given: dict[str, Any],
    cursor: Cursor | None,
    form: Form,
) -> Iterator[bytes]:
    choice, left = of.filterset.choose(given), given.get("page_size")
    head: str | None = None
    while True:
        limit = PAGE if left is None else min(PAGE, int(left))
        query = KeysetQuery(given=given, limit=limit, cursor=cursor)
        values = of.values(request, query)
        variant = of.variant(values)
        forward = None if cursor is None else True
        statement = stream_statement(of, choice, variant, forward, form)
        ((total, text, last),) = statement.rows(values)
        if head is None:
            head = form.header(of.answer, of.left_out(choice, variant))
            text = head + (text or "")
        yield (text or "").encode()
        left = None if left is None else left - limit
        if total <= limit or left == 0:
            return
        cursor = Cursor(last, forward=True)
        if not all(check(request) for check in CHECKS):
            raise NoLongerAllowed


@lru_cache(maxsize=1024)
def stream_statement(
    of: Any, choice: Choice, variant: Hashable, forward: bool | None, form: Form
) -> Statement[Any]:
    """Return the statement of one page: its rows, and whether there are more."""
    parts = of.parts(choice, variant, forward)
    keys = range(len(of.order(choice).keys))
    return Statement.written(
        """
        WITH {common} item AS (
            SELECT row_number() OVER () AS n, {row} AS text, ARRAY[{place}] AS place
            FROM ({rows}) p
        )
        SELECT count(*), string_agg(text, '' ORDER BY n) FILTER (WHERE n <= {limit}),
               min(place) FILTER (WHERE n = {limit})
        FROM item
        """,
        common=before_others(parts.common),
        row=form.row(of.answer, of.left_out(choice, variant)),
        place=Statement(", ".join(f"p.key{i}::text" for i in keys)),
        rows=parts.rows,
        limit=LIMIT,
    )
