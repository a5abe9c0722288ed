"""PostGIS as Django expressions: distances and boxes on geography, in metres.

GeoDjango's own lookups also work on geography, but cast and convert on the way;
these write exactly the SQL that a GiST index answers.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import BooleanField, F, FloatField, Func, Q, Value

WGS84 = 4326


class LonLat(NamedTuple):
    """A place in WGS 84 degrees, in the order of GeoJSON."""

    lon: float
    lat: float

    @classmethod
    def of(cls, point: Point) -> "LonLat":
        return cls(point.x, point.y)

    @property
    def ewkt(self) -> str:
        """Return the place as EWKT, exact to the last bit."""
        return f"SRID={WGS84};POINT({self.lon!r} {self.lat!r})"


class Geography(Func):
    """The geography that an EWKT text describes."""

    template = "%(expressions)s::geography"


@dataclass(frozen=True)
class Box:
    """A box in degrees, as numbers or expressions. If it `crosses` the antimeridian,
    its western edge is east of its eastern one."""

    west: Any
    south: Any
    east: Any
    north: Any
    crosses: bool

    @classmethod
    def of(cls, west: float, south: float, east: float, north: float) -> "Box":
        """Return the box of these degrees, with longitudes modulo 360.

        Anything wider than 360° is the whole Earth. ±180 is one meridian, so a box that
        ends on it ends on the meridian's other side.
        """
        if east - west >= 360:
            return cls(-180.0, south, 180.0, north, crosses=False)
        west, east = _around(west), _around(east)
        west = 180.0 if west == -180 else west
        east = -180.0 if east == 180 else east
        return cls(west, south, east, north, crosses=west > east)

    def spans(self) -> list[tuple[Any, Any]]:
        """Return the box's ranges of longitude, each with west <= east."""
        if self.crosses:
            return [(self.west, Value(180.0)), (Value(-180.0), self.east)]
        return [(self.west, self.east)]


def _around(lon: float) -> float:
    """Return the longitude between -180 and 180, unchanged if it already is."""
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


class DistanceM(Func):
    """ST_Distance of two geographies: metres on the WGS 84 ellipsoid."""

    function = "ST_Distance"
    output_field = FloatField()


class WithinM(Func):
    """ST_DWithin of two geographies: metres on the ellipsoid, with an index."""

    function = "ST_DWithin"
    output_field = BooleanField()


class AsGeometry(Func):
    """A geography column cast to planar lon/lat geometry, for boxes in degrees."""

    template = "(%(expressions)s::geometry)"


class _Overlaps(Func):
    """The operator `&&`, answered by the index, whose boxes are rounded to 32 bits."""

    template = "(%(expressions)s)"
    arg_joiner = " && "
    output_field = BooleanField()


class _Between(Func):
    """A comparison of the coordinates themselves, exact where `&&` is rounded."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        value, low, high = (compiler.compile(e) for e in self.source_expressions)
        return (
            f"({value[0]} BETWEEN {low[0]} AND {high[0]})",
            [*value[1], *low[1], *high[1]],
        )


def in_box(field: str, box: Box) -> Q:
    """Filter for points of the geography column `field` inside `box`.

    Compares longitude and latitude: the edges of geography's own polygons are great
    circles, which bulge away from the parallels that a map's box means. An index on
    `field::geometry` answers it.
    """
    condition = Q()
    for west, east in box.spans():
        lon = Func(AsGeometry(F(field)), function="ST_X", output_field=FloatField())
        lat = Func(AsGeometry(F(field)), function="ST_Y", output_field=FloatField())
        envelope = Func(
            west,
            box.south,
            east,
            box.north,
            Value(WGS84),
            function="ST_MakeEnvelope",
        )
        condition |= (
            Q(_Overlaps(AsGeometry(F(field)), envelope))
            & Q(_Between(lon, west, east))
            & Q(_Between(lat, box.south, box.north))
        )
    return condition
