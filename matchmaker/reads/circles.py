"""The cells of a circle around the viewer, and the members in them.

The cells are read from their index in order of distance. PostgreSQL reads a CTE only as
far as another part asks for its rows; `LIMIT` is what ends the reading here. The
index's distances are those on a sphere, up to 0.6 % off: cells within 1 % of the edge
are measured.
"""

from typing import Any, Protocol

from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from matchmaker.querysets import MemberQuerySet
from matchmaker.viewer import Viewed
from project.lib.reads.cursors import KeysetQueried, cursor_value
from project.lib.reads.nearest import ROUNDING_M
from project.lib.reads.statements import Param, Statement


class Circle(Viewed, KeysetQueried, Protocol):
    """Values of the statement: a circle around the viewer's own location."""

    @property
    def radius_m(self) -> float: ...


# How many cells to try before finding the members by their filters.
CELLS_MAX = 3_000

# Bound once: as a parameter, the text would be parsed again for every cell.
CIRCLE = Statement.written(
    "circle AS MATERIALIZED (SELECT {here}::geography AS here, {radius}::float8 AS m)",
    here=Param[Circle](lambda values: values.viewer.origin),
    radius=Param[Circle](lambda values: values.radius_m),
)
OF_CIRCLE = {
    "here": Statement[Circle]("(SELECT here FROM circle)"),
    "radius": Statement[Circle]("(SELECT m FROM circle)"),
}
IN_CIRCLE = Statement.written("ST_DWithin(point, {here}, {radius})", **OF_CIRCLE)


def cells(name: str, forward: bool | None) -> Statement[Circle]:
    """Return a CTE of cells in reading direction; `forward`: of the cursor.

    `is_in` and `is_beyond` the circle; both are false for cells within 1 % of its edge
    that are outside. Backward, the index orders only what is nearer than the cursor.
    """
    where = "true"
    if forward is not None:
        where = (
            "point <-> {here} >= {place}::float8 * 0.99"
            if forward
            else "ST_DWithin(point, {here}, {place}::float8 + {rounding})"
        )
    return Statement.written(
        """
        {name} AS MATERIALIZED (
            SELECT row_number() OVER () AS n, id, point, members, sphere_m,
                   sphere_m > {radius} * 1.01 AS is_beyond,
                   CASE WHEN sphere_m > {radius} * 1.01 THEN false
                        WHEN sphere_m < {radius} * 0.99 THEN true
                        ELSE {in_circle} END AS is_in
            FROM (
                SELECT id, point, members, point <-> {here} AS sphere_m
                FROM matchmaker_cell WHERE {where}
                ORDER BY point <-> {here} {direction} LIMIT {cells_max}
            ) cell
        )
        """,
        name=Statement(name),
        where=Statement.written(
            where, **OF_CIRCLE, place=cursor_value(0), rounding=ROUNDING_M
        ),
        in_circle=IN_CIRCLE,
        direction=direction_of(forward),
        cells_max=literal(CELLS_MAX),
        **OF_CIRCLE,
    )


def filtered(members: MemberQuerySet) -> Statement[Circle]:
    """Return members in the circle, found by their filters: `id`, `distance_m`."""
    # OFFSET 0 keeps the planner from joining in another order: it expects 42 cells in
    # any circle, and would read all cells in a wide one.
    return Statement.written(
        """
        SELECT member.id, ST_Distance(point, {here}) AS distance_m
        FROM ({member} OFFSET 0) member
        CROSS JOIN LATERAL (
            SELECT point FROM matchmaker_cell WHERE id = member.cell OFFSET 0
        ) near WHERE {in_circle}
        """,
        member=Statement.of(members.order_by().values("id", "cell")),
        in_circle=IN_CIRCLE,
        **OF_CIRCLE,
    )


def in_cell(members: MemberQuerySet, most: Any) -> Statement[Any]:
    """Return the first ids in the cell `near`; beyond the circle, `most` nulls.

    The nulls end the reading of cells, which a condition would not.
    """
    cell = RawSQL("near.id", [], IntegerField())
    return Statement.written(
        """
        SELECT id FROM ({members} LIMIT {most}) member WHERE near.is_in
        UNION ALL
        SELECT NULL FROM generate_series(1, {most}) WHERE near.is_beyond
        """,
        members=Statement.of(members.filter(cell=cell).values("id")),
        most=most,
    )


def direction_of(forward: bool | None) -> Statement[Any]:
    return Statement("DESC" if forward is False else "ASC")


def literal(number: int) -> Statement[Any]:
    """Return a number that is the same in every plan, and known to the planner."""
    return Statement(str(number))
