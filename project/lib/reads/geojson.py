"""One way to have PostGIS write what clients read: JSON objects or GeoJSON features.

Rows never become Python objects on the way: PostgreSQL writes each one as text, and
a list of any size is one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from project.lib.reads.statements import Statement

# 7 digits of a degree: a centimetre (RFC 7946, 11.2).
COORDINATE_DIGITS = 7

MEDIA_TYPE = "application/geo+json"


@dataclass(frozen=True)
class Shape:
    """What a client sees of a row.

    `properties`: JSON name → SQL over the row `p`, whose columns are the queryset's
    `.values()`; `params` fill their `%s` in order. `geometry`: SQL of the feature's
    GeoJSON geometry as json; `geometry_name`: the property that has it where there is
    no geometry, in JSON. `id` is always the row's.
    """

    properties: Mapping[str, str]
    geometry: str
    params: Sequence[Any] = field(default=())
    geometry_name: str | None = None

    def sql(self, as_geojson: bool) -> str:
        properties = ", ".join(
            f"'{name}', {expression}"
            for name, expression in self.properties.items()
            if not (as_geojson and name == self.geometry_name)
        )
        if not as_geojson:
            return f"json_build_object('id', p.id, {properties})"
        return (
            f"json_build_object('type', 'Feature', 'id', p.id, "
            f"'geometry', {self.geometry}, "
            f"'properties', json_build_object({properties}))"
        )


def point_sql(column: str) -> str:
    """SQL of a point column of `p` as a GeoJSON geometry, or null."""
    # GeoDjango selects geometry as bytea, hence the cast back.
    return f"ST_AsGeoJSON(p.{column}::geography, {COORDINATE_DIGITS})::json"


def instant_sql(expression: str) -> str:
    """SQL of an instant as the contract writes it: UTC, to the second."""
    text = '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\''
    return f"to_char({expression} AT TIME ZONE 'UTC', {text})"


def one_statement(queryset: QuerySet[Any], shape: Shape, as_geojson: bool) -> Statement:
    """Compile the reading of a queryset's only row as JSON text."""
    row = Statement.of(queryset)
    sql = f"SELECT {shape.sql(as_geojson)}::text FROM ({row.sql}) p"  # noqa: S608
    return Statement(sql, (*shape.params, *row.params))


def write_one(statement: Statement, values: Mapping[str, Any]) -> str | None:
    """JSON text of the row, or None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.bind(values))
        row = cursor.fetchone()
    return row[0] if row else None
