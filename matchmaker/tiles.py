"""Vector tiles of members: how many the viewer may see in each cell, or cluster.

They know cells alone. A cluster's place is the mean of its members' cells, as a viewer
would compute it from the cells themselves.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from matchmaker.authentication import MemberRequest
from matchmaker.models import Cell, Member
from matchmaker.models.cells import CLUSTERS_MAX
from matchmaker.models.members import LISTED
from matchmaker.querysets import MemberQuerySet, hidden_from
from matchmaker.reads.filters import MemberFilter
from matchmaker.reads.members import MEMBERS as LIST
from matchmaker.viewer import ORIGIN, VIEWER, Viewer
from project.lib.reads.geo import WithinM
from project.lib.reads.parameters import Choice, Query
from project.lib.reads.statements import Param, Statement
from project.lib.tiles.layers import (
    ALSO_IN_TILE,
    IN_TILE,
    Layer,
    changes,
    placed,
    stored,
)
from project.lib.tiles.squares import LEVEL_MAX, Grid


@dataclass(frozen=True)
class MemberTileValues:
    """Values of a tile; without `distance`, `radius_m` is 0."""

    query: Query
    viewer: Viewer
    grid: Grid

    @property
    def radius_m(self) -> float:
        return float(self.query.given.get("distance", 0)) * 1000


RADIUS_M = Param[MemberTileValues](lambda values: values.radius_m)


class MemberTileFilter(MemberFilter):
    page_size = cursor = None  # django-filter: removes them
    paging = ()

    def filter_distance(
        self, queryset: MemberQuerySet, name: str, value: Any
    ) -> MemberQuerySet:
        cells = Cell.objects.filter(WithinM(F("point"), ORIGIN, RADIUS_M))
        return queryset.filter(cell__in=cells.values("pk"))


class MemberLayer(Layer[MemberTileValues]):
    id = "members"
    title = _("Members")
    description = _(
        "How many members you may see in each cell, and in clusters of cells."
    )
    filterset = MemberTileFilter
    fields = {"count": "Number"}
    clusters_max = CLUSTERS_MAX
    finest = LEVEL_MAX
    maxzoom = clusters_max + 1

    def unmet(self, request: MemberRequest) -> dict[str, Any]:
        return LIST.unmet(request)

    def values(
        self, request: MemberRequest, query: Query, grid: Grid
    ) -> MemberTileValues:
        return MemberTileValues(query, Viewer.of(request), grid)

    def parts(self, choice: Choice, is_clustered: bool) -> list[Statement[Any]]:
        if choice.filters:
            return [placed(_chosen(choice))]
        everybody = (
            stored("matchmaker_membersquare") if is_clustered else placed(_CELLS)
        )
        open_changes = changes("matchmaker_cellchange", "members")
        return [everybody, placed(open_changes), placed(_hidden())]


MEMBERS = MemberLayer()

_CELLS = Statement.written(
    "SELECT square, members AS number, NULL::bigint AS id FROM matchmaker_cell"
    " WHERE {in_tile} AND members <> 0",
    in_tile=IN_TILE,
)


def _hidden() -> Statement[Any]:
    """Return what to take off: the viewer, and whom it may not see for a block."""
    hidden = RawSQL("hidden.id", [], BigIntegerField())
    counted = Member.objects.filter(LISTED, pk=hidden)
    return Statement.written(
        """
        SELECT square, -1 AS number, NULL::bigint AS id
        FROM ({blocked} UNION SELECT {viewer}::bigint) hidden (id)
        CROSS JOIN LATERAL ({member} OFFSET 0) member
        CROSS JOIN LATERAL (
            SELECT square FROM matchmaker_cell
            WHERE id = member.cell AND {in_tile} OFFSET 0
        ) cell
        """,
        blocked=Statement[Any].of(hidden_from(VIEWER)),
        viewer=VIEWER,
        member=Statement[Any].of(counted.values("cell")),
        in_tile=IN_TILE,
    )


def _chosen(choice: Choice) -> Statement[Any]:
    """Return how many members pass the filters, by cell."""
    everyone = Member.objects.visible_to(VIEWER).others(VIEWER)
    members = MemberTileFilter.narrow(everyone, choice)
    return Statement.written(
        """
        SELECT square, count(*) AS number, NULL::bigint AS id
        FROM ({members}) member JOIN matchmaker_cell cell ON cell.id = member.cell
        WHERE {in_tile} GROUP BY square
        """,
        members=Statement[Any].of(members.order_by().values("cell")),
        in_tile=ALSO_IN_TILE,
    )
