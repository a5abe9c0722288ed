"""Relations in space and in time as SQL; None where the operands do not go together."""

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Func
from django.db.models.expressions import Expression
from django.utils.translation import gettext as _

from project.lib.ogc.cql2.comparisons import joined, meeting, negated
from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.ogc.cql2.instants import Span
from project.lib.ogc.cql2.operands import Kind, Operand

# The longest distance on Earth, in metres.
DISTANCE_MAX_M = 20_037_509

SPATIAL = {
    "s_intersects": "ST_Intersects",
    "s_disjoint": "ST_Intersects",  # negated
    "s_equals": "ST_Equals",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}


def related_in_space(op: str, left: Operand, right: Operand) -> Expression | None:
    if not left.kind is right.kind is Kind.GEOMETRY:
        return None
    shapes = [*left.value, *right.value]
    # PostGIS relates collections in these two ways only.
    if op not in ("s_intersects", "s_disjoint") and any(
        each.is_collection for each in shapes
    ):
        return None
    found = [
        Func(a.geometry, b.geometry, function=SPATIAL[op], output_field=BooleanField())
        for a in left.value
        for b in right.value
    ]
    condition = joined("OR", *found)
    return negated(condition) if op == "s_disjoint" else condition


def within(
    left: Operand, right: Operand, distance: Operand, *, metres: Any
) -> Expression | None:
    """Whether two geometries are at most so many metres apart, on the ellipsoid."""
    if not left.kind is right.kind is Kind.GEOMETRY:
        return None
    if distance.kind is not Kind.NUMBER or not distance.is_literal:
        return None
    if not 0 < metres <= DISTANCE_MAX_M:
        raise FilterInvalid(_("A distance is in metres, above 0."))
    found = [
        Func(
            a.geography,
            b.geography,
            distance.value,
            function="ST_DWithin",
            output_field=BooleanField(),
        )
        for a in left.value
        for b in right.value
    ]
    return joined("OR", *found)


def _both(*conditions: tuple[str, str, str]) -> Callable[[Span, Span], Expression]:
    """Return a relation of spans a and b: all of these comparisons of their ends."""

    def related(a: Span, b: Span) -> Expression:
        ends = {"a0": a.start, "a1": a.end, "b0": b.start, "b1": b.end}
        return joined("AND", *(joined(op, ends[x], ends[y]) for x, op, y in conditions))

    return related


# Of instants and intervals.
_ANY = {
    "t_after": _both(("a0", ">", "b1")),
    "t_before": _both(("a1", "<", "b0")),
    "t_disjoint": lambda a, b: negated(meeting(a, b)),
    "t_equals": _both(("a0", "=", "b0"), ("a1", "=", "b1")),
    "t_intersects": meeting,
}
# Of intervals alone (OWL-Time).
_INTERVALS = {
    "t_contains": _both(("a0", "<", "b0"), ("a1", ">", "b1")),
    "t_during": _both(("a0", ">", "b0"), ("a1", "<", "b1")),
    "t_finishedBy": _both(("a0", "<", "b0"), ("a1", "=", "b1")),
    "t_finishes": _both(("a0", ">", "b0"), ("a1", "=", "b1")),
    "t_meets": _both(("a1", "=", "b0")),
    "t_metBy": _both(("a0", "=", "b1")),
    "t_overlappedBy": _both(("a0", ">", "b0"), ("a0", "<", "b1"), ("a1", ">", "b1")),
    "t_overlaps": _both(("a0", "<", "b0"), ("a1", ">", "b0"), ("a1", "<", "b1")),
    "t_startedBy": _both(("a0", "=", "b0"), ("a1", ">", "b1")),
    "t_starts": _both(("a0", "=", "b0"), ("a1", "<", "b1")),
}
TEMPORAL: dict[str, Callable[[Span, Span], Expression]] = {**_ANY, **_INTERVALS}


def related_in_time(op: str, left: Operand, right: Operand) -> Expression | None:
    if not left.kind is right.kind is Kind.INSTANT:
        return None
    a, b = left.value, right.value
    are_intervals = a.is_interval and b.is_interval
    if op in _INTERVALS and not are_intervals:
        raise FilterInvalid(
            _("%(name)s compares intervals; instants have T_INTERSECTS, T_AFTER …")
            % {"name": op.upper()}
        )
    if op == "t_equals" and not (a.is_interval or b.is_interval):
        return meeting(a, b)  # a timestamp on a date
    return TEMPORAL[op](a, b)
