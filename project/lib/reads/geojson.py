"""SQL that writes places, instants and distances in the contract's form."""

# 7 digits of a degree: a centimetre (RFC 7946, 11.2).
COORDINATE_DIGITS = 7

MEDIA_TYPE = "application/geo+json"


def point_sql(column: str) -> str:
    """Return SQL of a point column of `p` as a GeoJSON geometry, or null."""
    # GeoDjango selects geometry as bytea, hence the cast back.
    return f"ST_AsGeoJSON(p.{column}::geography, {COORDINATE_DIGITS})::json"


def instant_sql(expression: str) -> str:
    """Return SQL of an instant as the contract writes it: UTC, to the second."""
    text = '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\''
    return f"to_char({expression} AT TIME ZONE 'UTC', {text})"


def kilometres_sql(metres: str) -> str:
    """Return SQL of a distance as the contract writes it: kilometres, to the metre."""
    return f"round(({metres} / 1000)::numeric, 3)"
