"""Lists, each declared once: its rows, filters, order and answer.

A list of many rows is one statement, compiled once for each choice of filters; its
rows never become Python objects, because PostgreSQL writes them as JSON. A request
goes downwards: `respond` reads the parameters, makes the statement's values, finds the
statement, and puts the envelope around its result. Pages are by cursor (`keyset`) or
by offset (`offset`).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.http.response import HttpResponseBase
from rest_framework.request import Request

from project.lib.reads.answers import Answer, OffsetEnvelope
from project.lib.reads.pages import Page, page_response
from project.lib.reads.parameters import Choice, CompiledFilterSet, Queried
from project.lib.reads.statements import Statement

Values = TypeVar("Values", bound=Queried)


@dataclass(frozen=True)
class Parts:
    """The querysets and CTEs that a page's statement is made of.

    `rows`: sorted, with the columns that the answer reads; for a keyset list, the page
    and one more row, with the order's keys as `key0`, …. `counted`: the rows to count.
    `common`: CTEs that both read.
    """

    rows: Statement[Any]
    counted: Statement[Any]
    common: Statement[Any] | None = None


def before_others(common: Statement[Any] | None) -> Statement[Any]:
    """Return CTEs, followed by a comma unless there are none."""
    return Statement.written("{common},", common=common) if common else Statement("")


class List(ABC):
    filterset: ClassVar[type[CompiledFilterSet]]

    def respond(self, request: Request) -> HttpResponseBase:
        """Answer a GET. Raises ValidationError, and CursorInvalid."""
        return page_response(request, self.page(request, self.read(request)))

    def read(self, request: Request) -> dict[str, Any]:
        """Return the cleaned parameters. Raises ValidationError."""
        return self.filterset.read(request.query_params, self.unmet(request))

    @abstractmethod
    def page(self, request: Any, given: dict[str, Any]) -> Page:
        """Read the page that the cleaned parameters ask for."""

    def unmet(self, request: Any) -> dict[str, Any]:
        """Return messages, by parameter, about what the request lacks."""
        return {}


class WrittenList(List, Generic[Values]):
    """A list whose rows PostgreSQL writes, each one as `answer`."""

    answer: ClassVar[type[Answer]]
    envelope: ClassVar[type[OffsetEnvelope]]
    title: ClassVar[str] = "rows"  # of a file with all of them

    def written(self, choice: Choice, variant: Any, as_geojson: bool) -> Statement[Any]:
        """Return SQL that writes a row."""
        without = self.left_out(choice, variant)
        if as_geojson:
            return self.answer.written_feature(without=without)
        return self.answer.written(without=without)

    def left_out(self, choice: Choice, variant: Any) -> Collection[str]:
        """Return the answer's fields that only other choices have."""
        return ()

    def variant(self, values: Values) -> Hashable:
        """Return what changes the SQL besides the filters."""
        return None


def path_id(request: Request) -> int:
    """Return the id in the path of a list that belongs to an object."""
    return int(request.parser_context["kwargs"]["pk"])
