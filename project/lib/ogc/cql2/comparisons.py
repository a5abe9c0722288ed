"""Comparisons of operands as SQL; None where the operands do not go together."""

from typing import Any

from django.db.models import BooleanField, Func
from django.db.models.expressions import Expression
from django.utils.translation import gettext as _

from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.ogc.cql2.instants import Span
from project.lib.ogc.cql2.operands import Kind, Operand

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


def joined(operator: str, *parts: Any) -> Expression:
    return Func(
        *parts,
        template="(%(expressions)s)",
        arg_joiner=f" {operator} ",
        output_field=BooleanField(),
    )


def negated(condition: Any) -> Expression:
    return Func(
        condition, template="(NOT %(expressions)s)", output_field=BooleanField()
    )


def compared(op: str, left: Operand, right: Operand) -> Expression | None:
    if left.kind is not right.kind or left.kind is Kind.GEOMETRY:
        return None
    if left.kind is not Kind.INSTANT:
        return joined(op, left.value, right.value)
    a, b = left.value, right.value
    if a.is_interval or b.is_interval:
        return None
    match op:
        case "=":
            return meeting(a, b)
        case "<>":
            return negated(meeting(a, b))
        case "<":
            return joined("<", a.end, b.start)
        case "<=":
            return joined("<=", a.start, b.end)
        case ">":
            return joined(">", a.start, b.end)
        case _:
            return joined(">=", a.end, b.start)


def meeting(a: Span, b: Span) -> Expression:
    """Whether two spans have an instant in common."""
    return joined("AND", joined("<=", a.start, b.end), joined(">=", a.end, b.start))


def like(text: Operand, pattern: Operand) -> Expression | None:
    if not (text.kind is pattern.kind is Kind.TEXT and pattern.is_literal):
        return None
    written: str = pattern.value.value
    if (len(written) - len(written.rstrip("\\"))) % 2:
        raise FilterInvalid(_("A pattern does not end with a backslash."))
    return joined("LIKE", text.value, pattern.value)


def between(value: Operand, low: Operand, high: Operand) -> Expression | None:
    ends = (compared(">=", value, low), compared("<=", value, high))
    is_ordered = value.kind in (Kind.NUMBER, Kind.INSTANT)
    return joined("AND", *ends) if is_ordered and all(ends) else None


def in_list(value: Operand, *listed: Operand) -> Expression | None:
    found = [compared("=", value, each) for each in listed]
    return joined("OR", *found) if found and all(found) else None


def is_null(value: Operand) -> Expression | None:
    if value.is_literal:
        return None
    tested = value.value
    if value.kind is Kind.INSTANT:
        tested = tested.start
    elif value.kind is Kind.GEOMETRY:
        tested = tested[0].geography
    return Func(
        tested, template="(%(expressions)s IS NULL)", output_field=BooleanField()
    )
