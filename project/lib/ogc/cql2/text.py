"""CQL2 text, read into the objects that CQL2 JSON has for the same.

lark's LALR parser reads without recursion, so no depth of brackets can end a process
(that of `cql2`, in Rust, ends at 4,000 of them). pygeofilter's grammar is another one:
it takes `a OR b AND c` for `(a OR b) AND c`, and no `T_AFTER(a, b)`.
"""

import re
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from lark import Lark, Token, Transformer, UnexpectedInput, v_args

from project.lib.ogc.cql2.errors import FilterInvalid

# The names of CQL2 JSON that are not all lower case.
CAMEL_CASE = {
    name.lower(): name
    for name in ("t_finishedBy", "t_metBy", "t_overlappedBy", "t_startedBy")
}
SHAPES = {
    name.upper(): name
    for name in (
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon",
        "MultiPolygon",
    )
}  # fmt: skip

_ESCAPED = re.compile(r"''|\\['\\abtnvfr]")
_CONTROLS = dict(zip("abtnvfr", "\a\b\t\n\v\f\r", strict=True))


def read_text(text: str) -> Any:
    """Return the CQL2 JSON of a filter. Raises FilterInvalid."""
    try:
        return _parser().parse(text)
    except UnexpectedInput as error:
        place = len(text) if error.pos_in_stream is None else error.pos_in_stream
        raise FilterInvalid(
            _("This is not CQL2 text, from character %(place)s on.")
            % {"place": min(place, len(text)) + 1}
        ) from error


@cache
def _parser() -> Lark:
    return Lark.open(
        "grammar.lark", rel_to=__file__, parser="lalr", transformer=_ToJson()
    )


def _op(name: str, *args: Any) -> dict[str, Any]:
    return {"op": name, "args": [*args]}


@v_args(inline=True)
class _ToJson(Transformer[Token, Any]):
    """Makes the object of each rule as soon as it is read."""

    def start(self, condition: Any) -> Any:
        return condition

    def any(self, *conditions: Any) -> Any:
        return _op("or", *conditions)

    def all(self, *conditions: Any) -> Any:
        return _op("and", *conditions)

    def negated(self, condition: Any) -> Any:
        return _op("not", condition)

    def compared(self, left: Any, comparison: Token, right: Any) -> Any:
        return _op(str(comparison), left, right)

    def like(self, text: Any, pattern: Any) -> Any:
        return _op("like", text, pattern)

    def between(self, value: Any, low: Any, high: Any) -> Any:
        return _op("between", value, low, high)

    def in_list(self, value: Any, *listed: Any) -> Any:
        return _op("in", value, [*listed])

    def null(self, value: Any) -> Any:
        return _op("isNull", value)

    def not_like(self, *args: Any) -> Any:
        return _op("not", _op("like", *args))

    def not_between(self, *args: Any) -> Any:
        return _op("not", _op("between", *args))

    def not_in_list(self, value: Any, *listed: Any) -> Any:
        return _op("not", _op("in", value, [*listed]))

    def not_null(self, value: Any) -> Any:
        return _op("not", _op("isNull", value))

    def property(self, name: Token) -> Any:
        return {"property": str(name)}

    def quoted_property(self, name: Token) -> Any:
        return {"property": str(name)[1:-1]}

    def string(self, token: Token) -> Any:
        return _ESCAPED.sub(_unescaped, str(token)[1:-1])

    def boolean(self, token: Token) -> Any:
        return token.upper() == "TRUE"

    def number(self, sign: Token | None, digits: Token) -> Any:
        text = f"{sign or ''}{digits}"
        return int(text) if digits.isdecimal() and len(digits) < 20 else float(text)

    def call(self, name: Token, *args: Any) -> Any:
        called = name.lower()
        if called in ("date", "timestamp") and len(args) == 1:
            return {called: args[0]}
        if called in ("interval", "bbox"):
            return {called: [*args]}
        is_standard = called.startswith(("s_", "t_")) or called in ("casei", "accenti")
        return _op(CAMEL_CASE.get(called, called) if is_standard else str(name), *args)

    def shape(self, kind: Token, listed: list[Any]) -> Any:
        name = SHAPES[kind.upper()]
        if name == "Point" and len(listed) == 1:
            return {"type": name, "coordinates": listed[0]}
        if name == "MultiPoint":  # each in brackets of its own, or none
            listed = [each[0] if isinstance(each[0], list) else each for each in listed]
        return {"type": name, "coordinates": listed}

    def collection(self, *geometries: Any) -> Any:
        return {"type": "GeometryCollection", "geometries": [*geometries]}

    def list(self, *elements: Any) -> Any:
        return [*elements]

    def position(self, *numbers: Any) -> Any:
        return [each for each in numbers if each is not None]


def _unescaped(found: re.Match[str]) -> str:
    escaped = found[0][1]
    return _CONTROLS.get(escaped, escaped)
