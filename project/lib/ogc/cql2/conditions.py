"""Conditions of CQL2 JSON as SQL expressions, of what a list of properties allows.

Nothing of a filter becomes SQL text: its values are parameters, and its names are
looked up here. NULL is neither true nor false, as in SQL, so NOT of it is NULL too.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Value
from django.db.models.expressions import Expression
from django.utils.translation import gettext as _

from project.lib.ogc.cql2.comparisons import (
    COMPARISONS,
    between,
    compared,
    in_list,
    is_null,
    joined,
    like,
    negated,
)
from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.ogc.cql2.operands import Operand, Queryable, read_operand
from project.lib.ogc.cql2.relations import (
    SPATIAL,
    TEMPORAL,
    related_in_space,
    related_in_time,
    within,
)

DEPTH_MAX = 20
# Conditions and values of one filter.
PARTS_MAX = 300


def condition_of(written: Any, queryables: Mapping[str, Queryable]) -> Expression:
    """Return the condition of CQL2 JSON. Raises FilterInvalid."""
    return _Reader(queryables).condition(written, DEPTH_MAX)


class _Reader:
    def __init__(self, queryables: Mapping[str, Queryable]) -> None:
        self.queryables = queryables
        self.parts = 0

    def condition(self, written: Any, depth: int) -> Expression:
        self._count()
        if not depth:
            raise FilterInvalid(
                _("A filter is at most %(most)s levels deep.") % {"most": DEPTH_MAX}
            )
        if isinstance(written, bool):
            return Value(written, BooleanField())
        match written:
            case {"op": ("and" | "or") as op, "args": [_, _, *_] as args, **rest}:
                parts = [self.condition(each, depth - 1) for each in args]
                found = joined(op.upper(), *parts)
            case {"op": "not", "args": [inner], **rest}:
                found = negated(self.condition(inner, depth - 1))
            case {"op": str(op), "args": [*args], **rest}:
                found = self._predicate(op, args)
            case _other:
                raise FilterInvalid(_("A filter consists of conditions."))
        if rest:
            raise FilterInvalid(_("A condition has op and args, and nothing else."))
        return found

    def _predicate(self, op: str, args: list[Any]) -> Expression:
        found: Expression | None = None
        if op in COMPARISONS and len(args) == 2:
            found = compared(op, *self._operands(args))
        elif op == "like" and len(args) == 2:
            found = like(*self._operands(args))
        elif op == "between" and len(args) == 3:
            found = between(*self._operands(args))
        elif op == "in" and len(args) == 2 and isinstance(args[1], list):
            found = in_list(*self._operands([args[0], *args[1]]))
        elif op == "isNull" and len(args) == 1:
            found = is_null(*self._operands(args))
        elif op in SPATIAL and len(args) == 2:
            found = related_in_space(op, *self._operands(args))
        elif op in TEMPORAL and len(args) == 2:
            found = related_in_time(op, *self._operands(args))
        elif op.lower() == "s_dwithin" and len(args) == 3:
            found = within(*self._operands(args), metres=args[2])
        if found is not None:
            return found
        raise FilterInvalid(
            _("%(name)s is unknown here, or does not take these values.")
            % {"name": op[:100]}
        )

    def _operands(self, args: list[Any]) -> list[Operand]:
        return [self._operand(each) for each in args]

    def _operand(self, written: Any) -> Operand:
        self._count()
        return read_operand(written, self.queryables)

    def _count(self) -> None:
        self.parts += 1
        if self.parts > PARTS_MAX:
            raise FilterInvalid(
                _("A filter has at most %(most)s conditions and values.")
                % {"most": PARTS_MAX}
            )
