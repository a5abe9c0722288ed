"""How PostgreSQL writes places, instants and distances, as the contract has them."""

# 7 digits of a degree: a centimetre (RFC 7946, 11.2).
COORDINATE_DIGITS = 7

MEDIA_TYPE = "application/geo+json"


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
