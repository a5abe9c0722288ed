"""Lists, each declared once: what is read, which filters, what order, which answer.

A list of many rows is one statement, compiled once for each choice of filters: its
rows never become Python objects, PostgreSQL writes them as JSON. The way of a request
goes downwards: `respond` reads the parameters, makes the values that the statement is
run with, finds the statement, and puts the envelope around what comes of it. Pages are
by cursor (`keyset`) or by offset (`offset`).
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response

from project.lib.reads.answers import Answer, OffsetEnvelope
from project.lib.reads.pages import Page, page_response
from project.lib.reads.parameters import Choice, CompiledFilterSet, Queried
from project.lib.reads.statements import Statement

Values = TypeVar("Values", bound=Queried)


@dataclass(frozen=True)
class Parts:
    """What the statement of a page is made of.

    `rows`: sorted, with the columns that the answer reads; of a keyset list the page
    and one row more, with the order's keys as `key0`, …. `counted`: any rows, as many
    as are counted. `common`: CTEs that both read.
    """

    rows: Statement[Any]
    counted: Statement[Any]
    common: Statement[Any] | None = None

    def before_others(self) -> Statement[Any]:
        """`common`, with a comma if there is any."""
        if self.common is None:
            return Statement("")
        return Statement.written("{common},", common=self.common)


class List(ABC):
    filterset: ClassVar[type[CompiledFilterSet]]

    def respond(self, request: Request) -> Response:
        """Answer a GET. Raises ValidationError, and CursorInvalid."""
        given = self.filterset.read(request.query_params, self.unmet(request))
        return page_response(request, self.page(request, given))

    @abstractmethod
    def page(self, request: Any, given: dict[str, Any]) -> Page:
        """Read the page that the cleaned parameters ask for."""

    def unmet(self, request: Any) -> dict[str, Any]:
        """Messages by parameter: what the list needs that the request has not."""
        return {}


class WrittenList(List, Generic[Values]):
    """A list whose rows PostgreSQL writes; `answer`: what a client sees of each."""

    answer: ClassVar[type[Answer]]
    envelope: ClassVar[type[OffsetEnvelope]]

    def written(self, choice: Choice, variant: Any, as_geojson: bool) -> Statement[Any]:
        """SQL that writes a row."""
        without = self.left_out(choice, variant)
        if as_geojson:
            return self.answer.written_feature(without=without)
        return self.answer.written(without=without)

    def left_out(self, choice: Choice, variant: Any) -> Collection[str]:
        """Fields of the answer that there are for other choices only."""
        return ()

    def variant(self, values: Values) -> Hashable:
        """What besides the filters changes the SQL."""
        return None


def path_id(request: Request) -> int:
    """The id in the path of a list that belongs to something."""
    return int(request.parser_context["kwargs"]["pk"])
