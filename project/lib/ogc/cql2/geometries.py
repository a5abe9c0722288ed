"""Geometries of filters, checked before PostGIS sees them, as WKT in WGS 84."""

from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry
from django.utils.translation import gettext as _

from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.reads.geo import Box

VERTICES_MAX = 1_000

# How deep the lists of `coordinates` are: a position has depth 1.
DEPTHS = {
    "Point": 1,
    "MultiPoint": 2,
    "LineString": 2,
    "MultiLineString": 3,
    "Polygon": 3,
    "MultiPolygon": 4,
}


def read_geometry(written: dict[str, Any]) -> list[str]:
    """Return WKT of a GeoJSON geometry, or of each part of a `bbox`.

    Heights are dropped. Raises FilterInvalid.
    """
    if "type" not in written:
        return _of_box(written.get("bbox"))
    return [_checked(_wkt(written, [VERTICES_MAX]))]


def is_collection(wkt: str) -> bool:
    return wkt.startswith("GEOMETRYCOLLECTION")


def _wkt(written: Any, left: list[int]) -> str:
    """Return WKT; `left`: how many more vertices there may be."""
    kind = written.get("type") if isinstance(written, dict) else None
    if kind == "GeometryCollection":
        parts = written.get("geometries")
        if not isinstance(parts, list) or not parts:
            raise _invalid()
        # Collections in collections are not CQL2's.
        if any(not isinstance(p, dict) or p.get("type") not in DEPTHS for p in parts):
            raise _invalid()
        return f"GEOMETRYCOLLECTION ({', '.join(_wkt(part, left) for part in parts)})"
    if not isinstance(kind, str) or kind not in DEPTHS:
        raise _invalid()
    text = _listed(written.get("coordinates"), DEPTHS[kind], left)
    return f"{kind.upper()} {f'({text})' if kind == 'Point' else text}"


def _listed(value: Any, depth: int, left: list[int]) -> str:
    if not isinstance(value, list) or not value:
        raise _invalid()
    if depth == 1:
        left[0] -= 1
        if left[0] < 0:
            raise FilterInvalid(
                _("A geometry has at most %(most)s vertices.") % {"most": VERTICES_MAX}
            )
        return _position(value)
    return f"({', '.join(_listed(each, depth - 1, left) for each in value)})"


def _position(value: list[Any]) -> str:
    if len(value) not in (2, 3) or not all(map(_is_number, value)):
        raise _invalid()
    lon, lat = value[:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise FilterInvalid(
            _(
                "Longitudes are from -180 to 180 and latitudes from -90 to 90; cut a "
                "geometry that crosses the antimeridian in two."
            )
        )
    return f"{float(lon)!r} {float(lat)!r}"


def _of_box(numbers: Any) -> list[str]:
    if (
        not isinstance(numbers, list)
        or len(numbers) not in (4, 6)
        or not all(map(_is_number, numbers))
    ):
        raise _invalid()
    west, south = numbers[:2]
    east, north = numbers[-3:-1] if len(numbers) == 6 else numbers[2:]
    # Far beyond any longitude, a number has no digits left for degrees.
    if not (-90 <= south <= north <= 90 and max(abs(west), abs(east)) <= 1e6):
        raise _invalid()
    box = Box.of(float(west), float(south), float(east), float(north))
    edges = [(box.west, 180.0), (-180.0, box.east)] if box.crosses else None
    return [
        _rectangle(*span, box.south, box.north)
        for span in edges or [(box.west, box.east)]
    ]


def _rectangle(west: float, east: float, south: float, north: float) -> str:
    """Return WKT of a box's corners; a box without an area is a line or a point."""
    corners = [(west, south), (east, south), (east, north), (west, north)]
    distinct = [*dict.fromkeys(corners)]
    text = ", ".join(f"{lon!r} {lat!r}" for lon, lat in distinct)
    if len(distinct) == 1:
        return f"POINT ({text})"
    if len(distinct) == 2:
        return f"LINESTRING ({text})"
    return f"POLYGON (({text}, {west!r} {south!r}))"


def _checked(wkt: str) -> str:
    try:
        geometry = GEOSGeometry(wkt)
        is_valid = geometry.valid
    except (GEOSException, ValueError) as error:  # rings that are not closed
        raise _invalid() from error
    if not is_valid:
        raise FilterInvalid(_("A geometry intersects itself."))
    return wkt


def _is_number(value: Any) -> bool:
    # NaN is in no range, and infinity neither.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _invalid() -> FilterInvalid:
    return FilterInvalid(
        _(
            "A geometry is a GeoJSON geometry or WKT that is complete and closed, or a "
            "box of four or six numbers: west, south, east, north."
        )
    )
