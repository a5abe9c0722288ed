"""Lists of members, nearest first, through the cells that they are in.

All members of a cell are at one public point. So the cells, which are fewer, are read
from their index in order of distance, for as long as the page and the count need more.
The members of each come from the index on (cell, id), and without other filters the
count is the sum of the cells' numbers (`counts`).

The order is by measured distance, since the index's is on a sphere (`circles`).

If a wide circle meets a filter that few members pass, going through the cells would
take long. The first cells show this; then the members are found by the filter's own
index and measured one by one.
"""

from typing import Any

from django.db.models import BigIntegerField, F, FloatField
from django.db.models.expressions import RawSQL

from matchmaker.querysets import MemberQuerySet
from matchmaker.reads import circles, counts
from matchmaker.reads.circles import Circle
from project.lib.reads.cursors import (
    Key,
    Order,
    RowCompare,
    cursor_value,
)
from project.lib.reads.keyset import COUNT_CAP, LIMIT_AND_ONE
from project.lib.reads.lists import Parts
from project.lib.reads.nearest import ROUNDING_M
from project.lib.reads.statements import Statement

# Columns of the chosen member, for the queryset that reads the rest of the row.
CHOSEN_ID = RawSQL("chosen.id", [], BigIntegerField())
DISTANCE_M = RawSQL("chosen.distance_m", [], FloatField())

ORDER = Order("nearest", [Key(DISTANCE_M, "float8"), Key(F("id"), "bigint")])

# Of rows beyond the cursor, by the cursor's direction.
_SIGN = {True: ">", False: "<"}
_FROM_ID = {
    forward: RawSQL(  # noqa: S611 - no text of anybody's
        sql, [cursor_value(0), cursor_value(1)], BigIntegerField()
    )
    for forward, sql in {
        True: "CASE WHEN near.distance_m > %s::float8 THEN 0 ELSE %s::bigint END",
        False: "CASE WHEN near.distance_m < %s::float8 THEN 1::bigint << 62"
        " ELSE %s::bigint END",
    }.items()
}


def parts(
    members: MemberQuerySet, columns: Any, *, forward: bool | None, has_filters: bool
) -> Parts:
    """Build a page of `members` in the circle, nearest to the viewer first.

    `columns`: the queryset of the member CHOSEN_ID at DISTANCE_M, with its columns.
    `has_filters`: `members` are not all whom the viewer may see.
    """
    filtered = circles.filtered(members)
    common = [
        circles.CIRCLE,
        circles.cells("near", None),
        *_found(members, filtered, has_filters),
    ]
    if forward is not None:
        common.append(circles.cells("ahead", forward))
    common += [_reading(members, forward), _reach(forward)]
    return Parts(
        rows=_rows(filtered, Statement.of(columns), forward),
        counted=Statement("SELECT FROM generate_series(1, (SELECT total FROM found))"),
        common=Statement.joined(", ", common),
    )


def _found(
    members: MemberQuerySet, filtered: Statement[Circle], has_filters: bool
) -> list[Statement[Circle]]:
    """Return CTE `found`, and others before it.

    It has the capped `total`, and whether too few members were in the nearest cells of
    a circle that is `wide`. CASE evaluates only the branch that it takes.
    """
    probe = Statement.written(
        """
        probe AS MATERIALIZED (
            SELECT count(id) AS members, count(*) > {cap} AS is_ended FROM (
                SELECT member.id FROM near
                CROSS JOIN LATERAL ({in_cell}) member LIMIT {cap} + 1
            ) probed
        ),
        tried AS MATERIALIZED (
            SELECT CASE WHEN is_ended THEN false ELSE (
                SELECT count(*) FROM near
            ) = {cells_max} END AS wide FROM probe
        ),
        read AS MATERIALIZED (
            SELECT wide, CASE WHEN wide THEN (
                SELECT count(*) FROM ({filtered} LIMIT {cap} + 1) few
            ) ELSE members END::integer AS total
            FROM probe, tried
        )
        """,
        cap=circles.literal(COUNT_CAP),
        cells_max=circles.literal(circles.CELLS_MAX),
        in_cell=circles.in_cell(members.order_by(), circles.literal(COUNT_CAP + 1)),
        filtered=filtered,
    )
    if has_filters:
        return [probe, Statement("found AS (SELECT * FROM read)")]
    counted = Statement[Circle](
        """
        found AS MATERIALIZED (
            SELECT CASE WHEN total IS NULL THEN (SELECT wide FROM read)
                   ELSE false END AS wide,
                   coalesce(total, (SELECT total FROM read)) AS total
            FROM summed
        )
        """
    )
    in_circle = Statement.written(
        "ST_DWithin(public_location, {here}, {radius})", **circles.OF_CIRCLE
    )
    return [probe, counts.summed("near", circles.CELLS_MAX, in_circle), counted]


def _reading(members: MemberQuerySet, forward: bool | None) -> Statement[Circle]:
    """Return CTE `reading`: members in reading direction, almost.

    They are in order but for cells whose distances differ by less than 1 %.
    """
    where = Statement[Any]("near.is_in")
    if forward is not None:
        # In the cursor's cell, and in others as far as it, only the ids beyond it.
        members = members.filter(
            RowCompare([F("id")], [_FROM_ID[forward]], _SIGN[forward])
        )
        where = Statement.written(
            "near.is_in AND near.distance_m {sign}= {place}::float8",
            sign=Statement(_SIGN[forward]),
            place=cursor_value(0),
        )
    return Statement.written(
        """
        reading AS MATERIALIZED (
            SELECT row_number() OVER () AS n, sphere_m, distance_m, member.id
            FROM (
                SELECT id, sphere_m, is_beyond, is_in,
                       CASE WHEN is_in THEN ST_Distance(point, {here}) END AS distance_m
                FROM {cells} OFFSET 0
            ) near
            CROSS JOIN LATERAL ({in_cell}) member
            WHERE (SELECT NOT wide OR total > {cap} FROM found)
                AND (near.is_beyond OR {where})
        )
        """,
        cells=_ahead(forward),
        in_cell=circles.in_cell(
            members.order_by("-id" if forward is False else "id"), LIMIT_AND_ONE
        ),
        where=where,
        cap=circles.literal(COUNT_CAP),
        **circles.OF_CIRCLE,
    )


def _reach(forward: bool | None) -> Statement[Circle]:
    """Return CTE `reach`: a distance that holds the page's members and one more.

    `past`: the row of `reading` from which on all are further for certain. `is_enough`:
    there is such a row, or nothing further at all.
    """
    if forward is False:
        furthest, further = "min(distance_m) - {rounding}", "sphere_m < reach_m * 0.99"
    else:
        furthest, further = "max(distance_m) + {rounding}", "sphere_m > reach_m * 1.01"
    return Statement.written(
        """
        page AS MATERIALIZED (
            SELECT coalesce({furthest}, 0) AS reach_m
            FROM (SELECT distance_m FROM reading LIMIT {limit}) first
        ),
        passed AS MATERIALIZED (
            SELECT reach_m, (SELECT n FROM reading WHERE {further} LIMIT 1) AS past
            FROM page
        ),
        reach AS MATERIALIZED (
            SELECT reach_m, past, CASE
                WHEN past IS NOT NULL THEN true
                WHEN (SELECT wide AND total <= {cap} FROM found) THEN false
                ELSE (SELECT count(*) FROM {cells}) < {cells_max}
            END AS is_enough FROM passed
        )
        """,
        furthest=Statement.written(furthest, rounding=ROUNDING_M),
        further=Statement(further),
        limit=LIMIT_AND_ONE,
        cap=circles.literal(COUNT_CAP),
        cells=_ahead(forward),
        cells_max=circles.literal(circles.CELLS_MAX),
    )


def _rows(
    filtered: Statement[Circle], row: Statement[Any], forward: bool | None
) -> Statement[Circle]:
    beyond = Statement[Circle]("true")
    if forward is not None:
        beyond = Statement.written(
            "(distance_m, member.id) {sign} ({distance}::float8, {id}::bigint)",
            sign=Statement(_SIGN[forward]),
            distance=cursor_value(0),
            id=cursor_value(1),
        )
    return Statement.written(
        """
        SELECT p.*, p.distance_m AS key0, p.id AS key1 FROM (
            SELECT id, distance_m FROM (
                SELECT * FROM reading LIMIT (SELECT past - 1 FROM reach)
            ) read
            WHERE (SELECT is_enough FROM reach) AND id IS NOT NULL
                AND distance_m {within} (SELECT reach_m FROM reach)
            UNION ALL
            SELECT id, distance_m FROM ({filtered}) member
            WHERE NOT (SELECT is_enough FROM reach) AND {beyond}
            ORDER BY distance_m {direction}, id {direction}
            LIMIT {limit}
        ) chosen CROSS JOIN LATERAL ({row} OFFSET 0) p
        ORDER BY p.distance_m {direction}, p.id {direction}
        """,
        beyond=beyond,
        filtered=filtered,
        within=Statement(">=" if forward is False else "<="),
        direction=circles.direction_of(forward),
        limit=LIMIT_AND_ONE,
        row=row,
    )


def _ahead(forward: bool | None) -> Statement[Any]:
    return Statement("near" if forward is None else "ahead")
