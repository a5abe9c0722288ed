"""Vector tiles of events and organizations: single ones with their titles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from events.models import (
    Event,
    EventSquare,
    Organization,
    OrganizationSquare,
)
from events.models.squares import (
    CLUSTERS_MAX,
    EventSquareChange,
    OrganizationSquareChange,
)
from events.ogc import are_public
from events.reads.events import EventValues
from events.reads.filters import CalendarFilter, OrganizationFilter
from matchmaker.authentication import MemberRequest
from matchmaker.viewer import Viewer
from project.lib.reads.geojson import instant_sql
from project.lib.reads.parameters import Choice, Query
from project.lib.reads.statements import Statement
from project.lib.tiles.layers import (
    ALSO_IN_TILE,
    GEOMETRY,
    IN_TILE,
    SHIFT,
    Layer,
    changes,
    placed,
    stored,
)
from project.lib.tiles.squares import Grid

# Squares of this zoom's tiles are 2.4 m wide at the equator.
MAXZOOM = 16


class EventTileFilter(CalendarFilter):
    """The filters of the list, but for pages, orders and scheduled events."""

    paging = ("point",)


class OrganizationTileFilter(OrganizationFilter):
    limit = offset = None
    paging = ()


@dataclass(frozen=True)
class PlaceTileValues(EventValues):
    """The values that a tile of events or organizations is run with."""

    grid: Grid


class PlaceLayer(Layer[PlaceTileValues]):
    """Public places. `columns`: what a single one shows, of its row."""

    squares: ClassVar[type[Model]]
    changes: ClassVar[type[Model]]
    columns: ClassVar[Mapping[str, str]]
    clusters_max = CLUSTERS_MAX
    maxzoom = MAXZOOM

    def is_open(self) -> bool:
        return are_public()

    def values(
        self, request: MemberRequest, query: Query, grid: Grid
    ) -> PlaceTileValues:
        viewer = Viewer.of(request)
        its = EventValues.of(query, viewer, viewer.origin)
        return PlaceTileValues(its.query, its.viewer, its.origin, its.radius_m, grid)

    def parts(self, choice: Choice, is_clustered: bool) -> list[Statement[Any]]:
        if is_clustered and not choice.filters:
            open_changes = changes(self.changes._meta.db_table)
            return [stored(self.squares._meta.db_table), placed(open_changes)]
        chosen = self.filterset.narrow(self.everything(), choice).order_by()
        rows = Statement.written(
            "SELECT square, 1 AS number, id FROM ({rows}) chosen WHERE {in_tile}",
            rows=Statement.of(chosen.values("square", "id")),
            in_tile=ALSO_IN_TILE if choice.filters else IN_TILE,
        )
        return [placed(rows)]

    def shown(self, choice: Choice, is_clustered: bool) -> Statement[Any]:
        """Return the features, each single one with its id and columns.

        In counted squares it has no id yet: it is the only one in the square.
        """
        found = Statement[Any]("id = cluster.id")
        if is_clustered and not choice.filters:
            found = Statement.written(
                "square BETWEEN cluster.square << {shift}"
                " AND ((cluster.square + 1) << {shift}) - 1",
                shift=SHIFT,
            )
        columns = ", ".join(f"{sql} AS {name}" for name, sql in self.columns.items())
        return Statement.written(
            """
            number AS count, one.*, one.id AS feature_id, {geometry}
            FROM cluster LEFT JOIN LATERAL (
                SELECT id, {columns} FROM ({rows}) p
                WHERE cluster.number = 1 AND {found} LIMIT 1
            ) one ON true
            """,
            geometry=GEOMETRY,
            columns=Statement(columns),
            rows=Statement.of(self.everything()),
            found=found,
        )

    def everything(self) -> Any:
        """Return the list without filters."""
        raise NotImplementedError


class EventLayer(PlaceLayer):
    id = "events"
    title = _("Events")
    description = _("Published events, with their dates, and clusters of them.")
    filterset = EventTileFilter
    fields = {
        "count": "Number",
        "id": "Number",
        "title": "String",
        "date": "String",
        "all_day": "Boolean",
    }
    squares, changes = EventSquare, EventSquareChange
    columns = {
        "title": "title",
        "date": instant_sql("date"),
        "all_day": "is_all_day",
    }

    def unmet(self, request: MemberRequest) -> dict[str, Any]:
        return EventTileFilter.unmet_by(request)

    def is_same_for_all(self, given: Mapping[str, Any]) -> bool:
        return "attending" not in given and (
            "distance" not in given or "point" in given
        )

    def everything(self) -> Any:
        return Event.objects.public()


class OrganizationLayer(PlaceLayer):
    id = "organizations"
    title = _("Organizations")
    description = _("Organizations, which hold events, and clusters of them.")
    filterset = OrganizationTileFilter
    fields = {"count": "Number", "id": "Number", "title": "String"}
    squares, changes = OrganizationSquare, OrganizationSquareChange
    columns = {"title": "title"}

    def is_same_for_all(self, given: Mapping[str, Any]) -> bool:
        return True

    def everything(self) -> Any:
        return Organization.objects.all()


EVENTS, ORGANIZATIONS = EventLayer(), OrganizationLayer()
