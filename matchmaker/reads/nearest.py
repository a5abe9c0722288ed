"""Lists of members, nearest first, through the cells that they are in.

All members of a cell are at one public point. So the index of the cells, which are
fewer, finds those within reach, each cell is measured once, and members are read in
order from the index on (cell, id). A page deep in a list skips the cells before it,
without reading their members.

If a wide circle meets a filter that few members pass, going through the cells would
take long. The first cells show this; then the members are found by the filter's own
index and measured one by one.
"""

from typing import Any, Protocol

from django.db.models import BigIntegerField, F, FloatField, IntegerField
from django.db.models.expressions import RawSQL

from matchmaker.querysets import MemberQuerySet
from matchmaker.viewer import Viewed
from project.lib.reads.cursors import Key, KeysetQueried, Order, cursor_value
from project.lib.reads.keyset import COUNT_CAP, LIMIT_AND_ONE
from project.lib.reads.lists import Parts
from project.lib.reads.nearest import ROUNDING_M, reach
from project.lib.reads.parameters import LIMIT
from project.lib.reads.statements import Param, Statement


class Circle(Viewed, KeysetQueried, Protocol):
    """Values of the statement: a circle around the viewer's own location."""

    @property
    def radius_m(self) -> float: ...


# Columns of the chosen member, for the queryset that reads the rest of the row.
CHOSEN_ID = RawSQL("chosen.id", [], BigIntegerField())
DISTANCE_M = RawSQL("chosen.distance_m", [], FloatField())

ORDER = Order("nearest", [Key(DISTANCE_M, "float8"), Key(F("id"), "bigint")])

# How many cells to try for a count (3 ms) and for a page (50 ms) before finding the
# members by their filters.
CELLS_MAX_COUNT = 3_000
CELLS_MAX_PAGE = 20_000

# From this radius on, the nearest cells are read in order and measured, without a
# circle in the query: the planner always expects 42 cells in a circle, and would find
# them by reading the whole table.
FAR_M = 200_000

_HERE = Param[Circle](lambda values: values.viewer.origin)
_RADIUS = Param[Circle](lambda values: values.radius_m)
_IN_CIRCLE = Statement.written(
    "ST_DWithin(point, {here}::geography, {radius}::float8)",
    here=_HERE,
    radius=_RADIUS,
)
_DISTANCE = Statement.written("ST_Distance(point, {here}::geography)", here=_HERE)
# Whether to go through the cells at all, instead of a filter's members.
_WANTED = Statement.written(
    "(SELECT NOT wide OR total > {cap} FROM found)", cap=COUNT_CAP
)

# In the statements below OFFSET 0 keeps the planner from joining in another order:
# PostGIS's estimates of circles are constants, too bad for it to choose by.


def is_far(values: Circle) -> bool:
    return values.radius_m >= FAR_M


def parts(
    members: MemberQuerySet, columns: Any, *, is_far: bool, forward: bool | None
) -> Parts:
    """Build a page of `members` in the circle, nearest to the viewer first.

    `columns`: the queryset of the member CHOSEN_ID at DISTANCE_M, with its columns.
    """
    near = RawSQL("near.id", [], IntegerField())
    in_cell = Statement.of(members.filter(cell=near).order_by().values("id"))
    filtered = _filtered(members)
    if forward is False:
        reached = _backward_reach()
    else:
        reached = _forward_reach(in_cell, is_far=is_far, is_continued=bool(forward))
    return Parts(
        rows=_rows(in_cell, filtered, Statement.of(columns), forward),
        counted=Statement("SELECT FROM generate_series(1, (SELECT total FROM found))"),
        common=Statement.joined(", ", [_probe(in_cell, filtered), reached]),
    )


def _filtered(members: MemberQuerySet) -> Statement[Circle]:
    """Return members in the circle, found by their filters: `id`, `distance_m`."""
    return Statement.written(
        """
        SELECT member.id, {distance} AS distance_m
        FROM ({member} OFFSET 0) member
        JOIN matchmaker_cell near ON near.id = member.cell AND {in_circle}
        """,
        distance=_DISTANCE,
        member=Statement.of(members.order_by().values("id", "cell")),
        in_circle=_IN_CIRCLE,
    )


def _probe(in_cell: Statement[Any], filtered: Statement[Circle]) -> Statement[Circle]:
    """Return CTE `found`: the capped `total`, and whether the circle is `wide`.

    CASE evaluates only the branch that it takes.
    """
    return Statement.written(
        """
        probe AS MATERIALIZED (
            SELECT count(*) AS members FROM (
                SELECT 1 FROM ({cells} LIMIT {cells_max}) near
                CROSS JOIN LATERAL ({in_cell} OFFSET 0) member
                LIMIT {cap} + 1
            ) probed
        ),
        width AS MATERIALIZED (
            SELECT CASE WHEN members > {cap} THEN false ELSE (
                SELECT count(*) FROM ({cells} LIMIT {cells_max} + 1) cells
            ) > {cells_max} END AS wide FROM probe
        ),
        found AS MATERIALIZED (
            SELECT wide, CASE WHEN wide THEN (
                SELECT count(*) FROM ({filtered} LIMIT {cap} + 1) few
            ) ELSE members END::integer AS total
            FROM probe, width
        )
        """,
        cells=Statement.written(
            "SELECT id FROM matchmaker_cell WHERE {in_circle}", in_circle=_IN_CIRCLE
        ),
        cells_max=CELLS_MAX_COUNT,
        in_cell=in_cell,
        cap=COUNT_CAP,
        filtered=filtered,
    )


def _forward_reach(
    in_cell: Statement[Any], *, is_far: bool, is_continued: bool
) -> Statement[Circle]:
    """Return CTE `reach`: a distance that holds the page's members and one more.

    `enough` is false if CELLS_MAX_PAGE cells do not have them, or if the count has
    shown that there are few.
    """
    cells, found = [_WANTED], [Statement[Circle]("true")]
    if is_far:
        within = Statement.written("distance_m <= {radius}::float8", radius=_RADIUS)
        found.append(within)
    else:
        cells.append(_IN_CIRCLE)
    if is_continued:
        beyond = Statement.written(
            "{distance} >= {place}::float8", distance=_DISTANCE, place=cursor_value(0)
        )
        cells.append(beyond)
        found.append(_beyond(">"))
    first = Statement.written(
        """
        SELECT distance_m FROM (
            SELECT id, {distance} AS distance_m FROM matchmaker_cell
            WHERE {of_cells}
            ORDER BY point <-> {here}::geography LIMIT {cells_max}
        ) near CROSS JOIN LATERAL ({in_cell} OFFSET 0) member
        WHERE {of_found}
        LIMIT {limit}
        """,
        distance=_DISTANCE,
        of_cells=Statement.joined(" AND ", cells),
        here=_HERE,
        cells_max=CELLS_MAX_PAGE,
        in_cell=in_cell,
        of_found=Statement.joined(" AND ", found),
        limit=LIMIT_AND_ONE,
    )
    enough = Statement.written(
        "count(*) > {limit} OR NOT (SELECT wide FROM found)", limit=LIMIT
    )
    return reach(first, enough)


def _backward_reach() -> Statement[Circle]:
    return Statement.written(
        """
        reach AS MATERIALIZED (
            SELECT {place}::float8 + {rounding} AS reach_m, {wanted} AS enough
        )
        """,
        place=cursor_value(0),
        rounding=ROUNDING_M,
        wanted=_WANTED,
    )


def _rows(
    in_cell: Statement[Any],
    filtered: Statement[Circle],
    row: Statement[Any],
    forward: bool | None,
) -> Statement[Circle]:
    beyond = Statement[Circle]("true")
    if forward is not None:
        beyond = _beyond(">" if forward else "<")
    return Statement.written(
        """
        SELECT p.*, p.distance_m AS key0, p.id AS key1 FROM (
            SELECT member.id, distance_m FROM (
                SELECT id, {distance} AS distance_m FROM matchmaker_cell
                WHERE {in_circle}
                    AND ST_DWithin(point, {here}::geography,
                                   (SELECT reach_m FROM reach))
            ) near CROSS JOIN LATERAL ({in_cell} OFFSET 0) member
            WHERE (SELECT enough FROM reach) AND {beyond}
            UNION ALL
            SELECT id, distance_m FROM ({filtered}) member
            WHERE NOT (SELECT enough FROM reach) AND {beyond}
            ORDER BY distance_m {direction}, id {direction}
            LIMIT {limit}
        ) chosen CROSS JOIN LATERAL ({row}) p
        ORDER BY p.distance_m {direction}, p.id {direction}
        """,
        distance=_DISTANCE,
        in_circle=_IN_CIRCLE,
        here=_HERE,
        in_cell=in_cell,
        beyond=beyond,
        filtered=filtered,
        direction=Statement("DESC" if forward is False else "ASC"),
        limit=LIMIT_AND_ONE,
        row=row,
    )


def _beyond(sign: str) -> Statement[Circle]:
    """Return the condition for rows after the cursor (`>`) or before it (`<`)."""
    return Statement.written(
        "(distance_m, member.id) {sign} ({distance}::float8, {id}::bigint)",
        sign=Statement(sign),
        distance=cursor_value(0),
        id=cursor_value(1),
    )
