"""CSV (RFC 4180) that PostgreSQL writes, from the same declarations as JSON.

Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return
as a formula, quoted or not. Such a text gets an apostrophe before it, which they show
as text. Numbers are no texts, so a negative longitude stays a number. To read a text
as it is, a program drops one leading apostrophe if a formula's character follows it,
maybe after more apostrophes: a text that begins like that gets another one too.
"""

from collections.abc import Collection

from rest_framework import serializers

from project.lib.reads.answers import Answer, as_statement
from project.lib.reads.geojson import COORDINATE_DIGITS
from project.lib.reads.statements import Statement

MEDIA_TYPE = "text/csv"
END_OF_ROW = "\r\n"

# Full width ones too, which some spreadsheets take for the same.
FORMULA = r"^''*[-=+@＝＋－＠\t\r]"

# What PostgreSQL writes without a character that would need quotes.
_BARE = (serializers.BooleanField, serializers.FloatField, serializers.IntegerField)


def columns(answer: type[Answer], without: Collection[str]) -> list[str]:
    """Return the names of the answer's columns; a place is two numbers at the end."""
    left_out = {answer.place, *without}
    return [name for name in answer._declared_fields if name not in left_out]


def header(answer: type[Answer], without: Collection[str]) -> str:
    place = ["lon", "lat"] if answer.point else []
    return ",".join([*columns(answer, without), *place]) + END_OF_ROW


def row(answer: type[Answer], without: Collection[str]) -> Statement[object]:
    """Return SQL that writes the row `p`."""
    sql = answer.sql("p")
    cells = [
        Statement.written(
            _cell(answer._declared_fields[name]),
            value=as_statement(sql.get(name, f"p.{name}")),
        )
        for name in columns(answer, without)
    ]
    if answer.point:
        cells += [Statement(_degrees(axis, answer.point)) for axis in "XY"]
    return Statement.written(
        "{cells} || chr(13) || chr(10)",
        cells=Statement.joined(" || ',' || ", cells),
    )


def _cell(field: serializers.Field) -> str:
    """Return SQL of a cell; null is empty, and an empty text is `""`."""
    if isinstance(field, _BARE):
        return "coalesce(({value})::text, '')"
    return (
        f"coalesce('\"' || replace(regexp_replace(({{value}})::text, '{FORMULA}',"
        " '''\\&'), '\"', '\"\"') || '\"', '')"
    )


def _degrees(axis: str, column: str) -> str:
    degrees = f"ST_{axis}(p.{column}::geography::geometry)::numeric"
    return f"coalesce(trim_scale(round({degrees}, {COORDINATE_DIGITS}))::text, '')"
