"""Operands of conditions: properties and literals, each of one kind."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db.models import BooleanField, Func, Value
from django.utils.translation import gettext as _

from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.ogc.cql2.geometries import is_collection, read_geometry
from project.lib.ogc.cql2.instants import Span, read_instant, read_interval
from project.lib.reads.geo import WGS84, AsGeometry, Geography

TEXT_MAX_LENGTH = 1_000
NUMBER_MAX = 10**30


class Kind(Enum):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    GEOMETRY = "geometry"


@dataclass(frozen=True)
class Queryable:
    """A property that filters may ask about; `schema` describes it (JSON Schema).

    `expression`: its value; a geography for geometries.
    """

    kind: Kind
    expression: Any
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """A geometry, as planar geometry and as geography."""

    geometry: Any
    geography: Any
    is_collection: bool = False


@dataclass(frozen=True)
class Operand:
    """`value`: an expression, a Span for instants, Shapes for geometries.

    A box across the antimeridian is two shapes.
    """

    kind: Kind
    value: Any
    is_literal: bool = True


def read_operand(written: Any, queryables: Mapping[str, Queryable]) -> Operand:
    """Return the operand of a CQL2 JSON expression. Raises FilterInvalid."""
    match written:
        case bool():
            return Operand(Kind.BOOLEAN, Value(written, BooleanField()))
        case int() | float():
            if not -NUMBER_MAX <= written <= NUMBER_MAX:
                raise FilterInvalid(_("A number is out of range."))
            return Operand(Kind.NUMBER, Value(written))
        case str():
            return Operand(Kind.TEXT, Value(read_string(written)))
        case {"property": str(name), **rest} if not rest:
            return _of_property(name, queryables)
        case {"date": text, **rest} if not rest:
            return Operand(Kind.INSTANT, read_instant(text, is_date=True))
        case {"timestamp": text, **rest} if not rest:
            return Operand(Kind.INSTANT, read_instant(text, is_date=False))
        case {"interval": [first, last], **rest} if not rest:
            ends = (_interval_end(each, queryables) for each in (first, last))
            return Operand(Kind.INSTANT, read_interval(*ends))
        case {"type": _type} | {"bbox": _type}:
            return Operand(Kind.GEOMETRY, [*map(_shape, read_geometry(written))])
    raise FilterInvalid(
        _(
            "A value is a property, a text, a number, true or false, a date, a "
            "timestamp, an interval or a geometry."
        )
    )


def read_string(text: str) -> str:
    """Return a text as texts are stored (NFC)."""
    if len(text) > TEXT_MAX_LENGTH or "\0" in text:
        raise FilterInvalid(
            _("A text has at most %(most)s characters, and none of them is null.")
            % {"most": TEXT_MAX_LENGTH}
        )
    return unicodedata.normalize("NFC", text)


def _of_property(name: str, queryables: Mapping[str, Queryable]) -> Operand:
    found = queryables.get(name)
    if found is None:
        raise FilterInvalid(
            _("Unknown property: %(name)s. Filters ask about: %(names)s.")
            % {"name": name[:100], "names": ", ".join(queryables)}
        )
    value: Any = found.expression
    if found.kind is Kind.INSTANT:
        value = Span(value, value)
    elif found.kind is Kind.GEOMETRY:
        value = [Shape(AsGeometry(value), value)]
    return Operand(found.kind, value, is_literal=False)


def _interval_end(written: Any, queryables: Mapping[str, Queryable]) -> Any:
    if not isinstance(written, dict):
        return written
    end = read_operand(written, queryables)
    if end.kind is not Kind.INSTANT or end.value.is_interval:
        raise FilterInvalid(_("An interval has dates, timestamps, or .. as its ends."))
    return end.value


def _shape(wkt: str) -> Shape:
    return Shape(
        Func(Value(wkt), Value(WGS84), function="ST_GeomFromText"),
        Geography(Value(f"SRID={WGS84};{wkt}")),
        is_collection(wkt),
    )
