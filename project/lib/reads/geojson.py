"""One way to have PostGIS write what clients read: JSON objects or GeoJSON features.

Rows never become Python objects on the way: PostgreSQL writes each one as text, and
a list of any size is one statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from project.lib.reads.statements import Statement

# 7 digits of a degree: a centimetre (RFC 7946, 11.2).
COORDINATE_DIGITS = 7

MEDIA_TYPE = "application/geo+json"


@dataclass(frozen=True)
class Shape:
    """What a client sees of a row.

    `properties`: JSON name → SQL over the row `p`, whose columns are the queryset's
    `.values()`. `geometry`: SQL of the feature's GeoJSON geometry as json, None for
    what is JSON only; `geometry_name`: the property that has it where there is no
    geometry, in JSON. `id` is always the row's.
    """

    properties: Mapping[str, str | Statement[Any]]
    geometry: str | None = None
    geometry_name: str | None = None

    def written(self, as_geojson: bool) -> Statement[Any]:
        """SQL that writes the row `p` as json."""
        pairs = [
            Statement.written(f"'{name}', {{value}}", value=_sql(value))
            for name, value in self.properties.items()
            if not (as_geojson and name == self.geometry_name)
        ]
        properties = Statement.joined(", ", pairs)
        if not as_geojson:
            return Statement.written(
                "json_build_object('id', p.id, {properties})", properties=properties
            )
        return Statement.written(
            "json_build_object('type', 'Feature', 'id', p.id, 'geometry', {geometry},"
            " 'properties', json_build_object({properties}))",
            geometry=_sql(self.geometry or "NULL"),
            properties=properties,
        )


def point_sql(column: str) -> str:
    """SQL of a point column of `p` as a GeoJSON geometry, or null."""
    # GeoDjango selects geometry as bytea, hence the cast back.
    return f"ST_AsGeoJSON(p.{column}::geography, {COORDINATE_DIGITS})::json"


def instant_sql(expression: str) -> str:
    """SQL of an instant as the contract writes it: UTC, to the second."""
    text = '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\''
    return f"to_char({expression} AT TIME ZONE 'UTC', {text})"


def kilometres_sql(metres: str) -> str:
    """SQL of a distance as the contract writes it: in kilometres, to the metre."""
    return f"round(({metres} / 1000)::numeric, 3)"


def one_statement(
    queryset: QuerySet[Any], shape: Shape, as_geojson: bool
) -> Statement[Any]:
    """Compile the reading of a queryset's only row as JSON text."""
    return Statement.written(
        "SELECT {shape}::text FROM ({row}) p",
        shape=shape.written(as_geojson),
        row=Statement.of(queryset),
    )


def _sql(value: str | Statement[Any]) -> Statement[Any]:
    return Statement(value) if isinstance(value, str) else value
