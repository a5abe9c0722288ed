"""The nearest members first, by way of the cells that they are in.

All members of a cell are at one public point. So the index of cells, which are fewer,
finds what is within reach; each cell is measured once; and the members are read in
order from the index on (cell, id). A page deep in a list passes over the cells before
it, not over their members.

Where a wide circle meets a filter that few members pass, going through the cells would
take long. The first cells tell; then the members are found by their filter's own index
and measured one by one.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, F, FloatField, IntegerField
from django.db.models.expressions import RawSQL

from matchmaker.querysets import MemberQuerySet
from project.lib.reads.geo import Geography
from project.lib.reads.keyset import COUNT_CAP, Key, Order
from project.lib.reads.statements import Param, Statement

# Where from; given when the statement runs, as are `radius_m` and the cursor.
ORIGIN = Geography(Param("origin"))

# Columns of the chosen member, for the queryset that reads the rest of its row.
CHOSEN_ID = RawSQL("chosen.id", [], BigIntegerField())
DISTANCE_M = RawSQL("chosen.distance_m", [], FloatField())

ORDER = Order("nearest", [Key(DISTANCE_M, "float8"), Key(F("id"), "bigint")])

# How many cells to go through for a count (3 ms) and for a page (50 ms) before the
# members are looked for by their filters.
CELLS_MAX_COUNT = 3_000
CELLS_MAX_PAGE = 20_000

# From this radius on the nearest cells are read in order and measured, and the circle
# is not asked of the index: for all that the planner knows, it has 42 cells in it, to
# be found by reading the whole table.
FAR_M = 200_000

# ST_DWithin and ST_Distance round differently, at the nanometre.
ROUNDING_M = 0.001

_HERE, _RADIUS = Param("origin"), Param("radius_m")
_PLACE = (Param("cursor0"), Param("cursor1"))
_IN_CIRCLE = "ST_DWithin(point, %s::geography, %s::float8)"
_CIRCLE = (_HERE, _RADIUS)
_DISTANCE = "ST_Distance(point, %s::geography)"
# Whether to go through the cells at all, and not through the members of a filter.
_WANTED = Statement(
    f"(SELECT NOT wide OR total > {COUNT_CAP} FROM found)",  # noqa: S608
    (),
)

# In the statements below OFFSET 0 keeps the planner from joining in another order:
# PostGIS's estimates of circles are constants, too bad for it to choose by.


def compile_nearest(
    members: MemberQuerySet,
    columns: Any,
    *,
    is_far: bool,
    forward: bool | None,
    size: int,
) -> tuple[Statement, Statement, Statement]:
    """The `rows`, `counted` and `common` of a PageStatement: nearest to ORIGIN first.

    `columns`: the queryset of the member CHOSEN_ID at DISTANCE_M, with its columns.
    `is_far`: whether `radius_m` will be FAR_M or more.
    """
    near = RawSQL("near.id", [], IntegerField())
    in_cell = Statement.of(members.filter(cell=near).order_by().values("id"))
    filtered = _filtered(members)
    probe = _probe(in_cell, filtered)
    if forward is False:
        reach = _backward_reach()
    else:
        reach = _forward_reach(
            in_cell, is_far=is_far, is_continued=bool(forward), size=size
        )
    common = Statement(f"{probe.sql}, {reach.sql},", (*probe.params, *reach.params))
    counted = "SELECT 1 FROM generate_series(1, (SELECT total FROM found))"
    rows = _rows(in_cell, filtered, Statement.of(columns), forward=forward, size=size)
    return rows, Statement(counted, ()), common


def _filtered(members: MemberQuerySet) -> Statement:
    """Members in the circle by way of their other filters: `id`, `distance_m`."""
    member = Statement.of(members.order_by().values("id", "cell"))
    return Statement(
        f"""
        SELECT member.id, {_DISTANCE} AS distance_m
        FROM ({member.sql} OFFSET 0) member
        JOIN matchmaker_cell near ON near.id = member.cell AND {_IN_CIRCLE}
        """,  # noqa: S608
        (_HERE, *member.params, *_CIRCLE),
    )


def _probe(in_cell: Statement, filtered: Statement) -> Statement:
    """CTE `found`: the capped `total`, and whether the circle is `wide` for a filter.

    CASE evaluates only the branch that it takes.
    """
    cells = f"SELECT id FROM matchmaker_cell WHERE {_IN_CIRCLE}"  # noqa: S608
    return Statement(
        f"""
        probe AS MATERIALIZED (
            SELECT count(*) AS members FROM (
                SELECT 1 FROM ({cells} LIMIT {CELLS_MAX_COUNT}) near
                CROSS JOIN LATERAL ({in_cell.sql} OFFSET 0) member
                LIMIT {COUNT_CAP + 1}
            ) probed
        ),
        width AS MATERIALIZED (
            SELECT CASE WHEN members > {COUNT_CAP} THEN false ELSE (
                SELECT count(*) FROM ({cells} LIMIT {CELLS_MAX_COUNT + 1}) cells
            ) > {CELLS_MAX_COUNT} END AS wide FROM probe
        ),
        found AS MATERIALIZED (
            SELECT wide, CASE WHEN wide THEN (
                SELECT count(*) FROM ({filtered.sql} LIMIT {COUNT_CAP + 1}) few
            ) ELSE members END::integer AS total
            FROM probe, width
        )
        """,  # noqa: S608
        (*_CIRCLE, *in_cell.params, *_CIRCLE, *filtered.params),
    )


def _forward_reach(
    in_cell: Statement, *, is_far: bool, is_continued: bool, size: int
) -> Statement:
    """CTE `reach`: a distance that holds the next `size + 1` members.

    The index orders cells by their distance on the sphere, up to 0.6 % off. The first
    `size + 1` members in that order are found; the farthest of them on the ellipsoid
    bounds the true answer. `enough` is false where CELLS_MAX_PAGE cells do not have
    them, or where the count has shown that there are few.
    """
    cells, found = [_WANTED], [Statement("true", ())]
    if is_far:
        found.append(Statement("distance_m <= %s::float8", (_RADIUS,)))
    else:
        cells.append(Statement(_IN_CIRCLE, _CIRCLE))
    if is_continued:
        cells.append(Statement(f"{_DISTANCE} >= %s::float8", (_HERE, _PLACE[0])))
        found.append(_beyond(">"))
    of_cells, of_found = _all(cells), _all(found)
    return Statement(
        f"""
        reach AS MATERIALIZED (
            SELECT coalesce(max(distance_m) + {ROUNDING_M}, 0) AS reach_m,
                   count(*) > {size} OR NOT (SELECT wide FROM found) AS enough
            FROM (
                SELECT distance_m FROM (
                    SELECT id, {_DISTANCE} AS distance_m FROM matchmaker_cell
                    WHERE {of_cells.sql}
                    ORDER BY point <-> %s::geography LIMIT {CELLS_MAX_PAGE}
                ) near CROSS JOIN LATERAL ({in_cell.sql} OFFSET 0) member
                WHERE {of_found.sql}
                LIMIT {size + 1}
            ) nearest
        )
        """,  # noqa: S608
        (_HERE, *of_cells.params, _HERE, *in_cell.params, *of_found.params),
    )


def _backward_reach() -> Statement:
    return Statement(
        f"""
        reach AS MATERIALIZED (
            SELECT %s::float8 + {ROUNDING_M} AS reach_m,
                   {_WANTED.sql} AS enough
        )
        """,
        (_PLACE[0],),
    )


def _rows(
    in_cell: Statement,
    filtered: Statement,
    row: Statement,
    *,
    forward: bool | None,
    size: int,
) -> Statement:
    conditions = [Statement("true", ())]
    if forward is not None:
        conditions.append(_beyond("<" if forward is False else ">"))
    beyond = _all(conditions)
    direction = "DESC" if forward is False else "ASC"
    within = "ST_DWithin(point, %s::geography, (SELECT reach_m FROM reach))"
    return Statement(
        f"""
        SELECT p.*, p.distance_m AS key0, p.id AS key1 FROM (
            SELECT member.id, distance_m FROM (
                SELECT id, {_DISTANCE} AS distance_m FROM matchmaker_cell
                WHERE {_IN_CIRCLE} AND {within}
            ) near CROSS JOIN LATERAL ({in_cell.sql} OFFSET 0) member
            WHERE (SELECT enough FROM reach) AND {beyond.sql}
            UNION ALL
            SELECT id, distance_m FROM ({filtered.sql}) member
            WHERE NOT (SELECT enough FROM reach) AND {beyond.sql}
            ORDER BY distance_m {direction}, id {direction}
            LIMIT {size + 1}
        ) chosen CROSS JOIN LATERAL ({row.sql}) p
        ORDER BY p.distance_m {direction}, p.id {direction}
        """,  # noqa: S608
        (
            _HERE, *_CIRCLE, _HERE, *in_cell.params, *beyond.params,
            *filtered.params, *beyond.params, *row.params,
        ),
    )  # fmt: skip


def _beyond(sign: str) -> Statement:
    """Match what comes after the cursor (`>`) or before it (`<`)."""
    return Statement(f"(distance_m, member.id) {sign} (%s::float8, %s::bigint)", _PLACE)


def _all(conditions: Sequence[Statement]) -> Statement:
    return Statement(
        " AND ".join(condition.sql for condition in conditions),
        tuple(param for condition in conditions for param in condition.params),
    )
