"""Read the list of organizations, and one organization."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from events.models import Organization
from events.reads.answers import ORGANIZATION_COLUMNS, OrganizationAnswer
from events.reads.filters import OrganizationFilter, OrganizationStreamFilter
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import ROW_ID, ViewedRow, Viewer, read_row
from project.lib.reads.answers import one_statement
from project.lib.reads.cursors import NEWEST_FIRST, KeysetQuery, Order
from project.lib.reads.keyset import KeysetList, capped_rows, sorted_rows
from project.lib.reads.lists import Parts
from project.lib.reads.offset import CHOSEN_ID, OffsetList, OffsetParts, count_of
from project.lib.reads.parameters import Choice, Query
from project.lib.reads.statements import Statement


@dataclass(frozen=True)
class OrganizationValues:
    """The values that the list of organizations is run with."""

    query: Query
    viewer: Viewer


@dataclass(frozen=True)
class OrganizationStreamValues:
    """The values that the stream of organizations is run with."""

    query: KeysetQuery
    viewer: Viewer


class OrganizationStream(KeysetList[OrganizationStreamValues]):
    """The same organizations as the list's, for streams of all of them."""

    filterset = OrganizationStreamFilter
    answer = OrganizationAnswer
    title = "organizations"

    def values(
        self, request: MemberRequest, query: KeysetQuery
    ) -> OrganizationStreamValues:
        return OrganizationStreamValues(query, Viewer.of(request))

    def order(self, choice: Choice) -> Order:
        return NEWEST_FIRST

    def parts(self, choice: Choice, variant: None, forward: bool | None) -> Parts:
        everything: Any = Organization.objects.all()
        found = OrganizationStreamFilter.narrow(everything, choice)
        rows = found.values(*ORGANIZATION_COLUMNS)
        return Parts(sorted_rows(rows, NEWEST_FIRST, forward), capped_rows(found))


class Organizations(OffsetList[OrganizationValues]):
    """All organizations, the newest first."""

    filterset = OrganizationFilter
    answer = OrganizationAnswer
    streamed = OrganizationStream()

    def values(self, request: MemberRequest, query: Query) -> OrganizationValues:
        return OrganizationValues(query, Viewer.of(request))

    def parts(self, choice: Choice, variant: None) -> OffsetParts:
        found: Any = OrganizationFilter.narrow(Organization.objects.all(), choice)
        chosen = Organization.objects.filter(pk=CHOSEN_ID)
        return OffsetParts(
            ids=Statement.of(found.order_by("-id").values("id")),
            row=Statement.of(chosen.values(*ORGANIZATION_COLUMNS)),
            count=count_of(found),
        )


ORGANIZATIONS = Organizations()


def read_organization(
    request: MemberRequest,
    organization_id: int,
    *,
    as_geojson: bool,
    without: tuple[str, ...] = (),
) -> str | None:
    """Return JSON text of one organization, or None if it does not exist."""
    return read_row(_organization(as_geojson, without), request, organization_id)


@cache
def _organization(as_geojson: bool, without: tuple[str, ...]) -> Statement[ViewedRow]:
    found = Organization.objects.filter(pk=ROW_ID).values(*ORGANIZATION_COLUMNS)
    return one_statement(found, OrganizationAnswer, as_geojson, without=without)
