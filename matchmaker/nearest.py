"""The nearest members first, by way of the cells that they are in.

All members of a cell are at one public point. So the index of cells, which are fewer,
finds what is within reach; each cell is measured once; and the members are read in
order from the index on (cell, id). A page deep in a list passes over the cells before
it, not over their members.
"""

from typing import Any

from django.db.models import F, FloatField, IntegerField
from django.db.models.expressions import RawSQL

from matchmaker.querysets import MemberQuerySet
from project.lib.geo import Geography
from project.lib.pages import COUNT_CAP, Key, Order
from project.lib.prepared import Param, Statement

# Where from and how far; given when the statement runs.
ORIGIN = Geography(Param("origin"))
RADIUS_M = Param("radius_m", FloatField())

# Columns of the cell that a member is joined to, in the statements below.
CELL = RawSQL("near.id", [], IntegerField())
DISTANCE_M = RawSQL("near.distance_m", [], FloatField())

ORDER = Order("nearest", [Key(DISTANCE_M, "float8"), Key(F("id"), "bigint")])

# ST_DWithin and ST_Distance round differently, at the nanometre.
ROUNDING_M = 0.001

_ORIGIN_SQL, _ORIGIN = "%s::geography", Param("origin")  # the same, as SQL
_CURSOR_M, _CURSOR_ID = Param("cursor0"), Param("cursor1")


def sorted_rows(
    members: MemberQuerySet, columns: Any, *, forward: bool | None, size: int
) -> Statement:
    """The rows of a page (see PageStatement); `columns`: `members` with its columns.

    The index orders cells by their distance on the sphere, up to 0.6 % off. So the
    first `size + 1` members are found in that order; the farthest of them on the
    ellipsoid bounds the true answer; and what is within that bound is sorted.
    """
    row = Statement.of(columns)
    backward = forward is False
    reach = _backward_reach() if backward else _forward_reach(members, forward, size)
    beyond, beyond_params = "", ()
    if forward is not None:
        sign = "<" if backward else ">"
        beyond = f"WHERE (p.distance_m, p.id) {sign} (%s::float8, %s::bigint)"
        beyond_params = (_CURSOR_M, _CURSOR_ID)
    direction = "DESC" if backward else "ASC"
    return Statement(
        f"""
        SELECT p.*, p.distance_m AS key0, p.id AS key1
        FROM (
            SELECT id, ST_Distance(point, {_ORIGIN_SQL}) AS distance_m
            FROM matchmaker_cell
            WHERE ST_DWithin(point, {_ORIGIN_SQL}, least(%s::float8, {reach.sql}))
        ) near
        CROSS JOIN LATERAL ({row.sql}) p
        {beyond}
        ORDER BY p.distance_m {direction}, p.id {direction}
        LIMIT {size + 1}
        """,  # noqa: S608
        (_ORIGIN, _ORIGIN, RADIUS_M, *reach.params, *row.params, *beyond_params),
    )


def counted_rows(members: MemberQuerySet) -> Statement:
    """The counted rows of a page (see PageStatement)."""
    member = Statement.of(members.order_by().values("id"))
    return Statement(
        f"""
        SELECT 1 FROM matchmaker_cell near CROSS JOIN LATERAL ({member.sql}) member
        WHERE ST_DWithin(near.point, {_ORIGIN_SQL}, %s)
        LIMIT {COUNT_CAP + 1}
        """,  # noqa: S608
        (*member.params, _ORIGIN, RADIUS_M),
    )


def _forward_reach(
    members: MemberQuerySet, forward: bool | None, size: int
) -> Statement:
    """SQL of a distance within which the next page's rows are; null if all are few."""
    member = Statement.of(members.order_by().values("id"))
    beyond, beyond_params = "", ()
    if forward:
        distance = f"ST_Distance(near.point, {_ORIGIN_SQL})"
        # The first condition alone passes over the nearer cells without their members.
        beyond = (
            f"AND {distance} >= %s::float8"
            f" AND ({distance}, member.id) > (%s::float8, %s::bigint)"
        )
        beyond_params = (_ORIGIN, _CURSOR_M, _ORIGIN, _CURSOR_M, _CURSOR_ID)
    return Statement(
        f"""(
            SELECT max(distance_m) + {ROUNDING_M} FROM (
                SELECT ST_Distance(near.point, {_ORIGIN_SQL}) AS distance_m
                FROM matchmaker_cell near
                CROSS JOIN LATERAL ({member.sql}) member
                WHERE ST_DWithin(near.point, {_ORIGIN_SQL}, %s) {beyond}
                ORDER BY near.point <-> {_ORIGIN_SQL}
                LIMIT {size + 1}
            ) nearest
        )""",  # noqa: S608
        (_ORIGIN, *member.params, _ORIGIN, RADIUS_M, *beyond_params, _ORIGIN),
    )


def _backward_reach() -> Statement:
    return Statement(f"%s::float8 + {ROUNDING_M}", (_CURSOR_M,))
