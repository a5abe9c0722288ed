"""PostGIS as Django expressions: distances and boxes on geography, in metres.

GeoDjango's own lookups work on geography too, but cast and convert on the way;
these say exactly the SQL that a GiST index answers.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

WGS84 = 4326


class LonLat(NamedTuple):
    """A place in WGS 84 degrees, in the order of GeoJSON."""

    lon: float
    lat: float

    @classmethod
    def of(cls, point: Point) -> "LonLat":
        return cls(point.x, point.y)

    def geography(self) -> Func:
        """The place as a PostGIS geography literal, exact to the last bit."""
        text = f"SRID={WGS84};POINT({self.lon!r} {self.lat!r})"
        return Func(Value(text), template="%(expressions)s::geography")


@dataclass(frozen=True)
class Box:
    """Degrees; `west > east` means that it crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def spans(self) -> list[tuple[float, float]]:
        """Ranges of longitude, west <= east in each."""
        if self.west <= self.east:
            return [(self.west, self.east)]
        return [(self.west, 180.0), (-180.0, self.east)]


class DistanceM(Func):
    """ST_Distance of two geographies: metres on the WGS 84 ellipsoid."""

    function = "ST_Distance"
    output_field = FloatField()


class WithinM(Func):
    """ST_DWithin(geography, geography, metres), which uses the GiST index."""

    function = "ST_DWithin"
    output_field = BooleanField()


class SphereDistance(Func):
    """`<->`: what the GiST index orders by. Spherical: close to DistanceM, not it."""

    template = "(%(expressions)s)"
    arg_joiner = " <-> "
    output_field = FloatField()


class AsGeometry(Func):
    """A geography column as planar lon/lat geometry, for boxes of degrees."""

    template = "(%(expressions)s::geometry)"


class _Overlaps(Func):
    """`&&`: answered by the index, whose boxes are rounded to 32 bits."""

    template = "(%(expressions)s)"
    arg_joiner = " && "
    output_field = BooleanField()


class _Between(Func):
    """The coordinates themselves: exact where `&&` is rounded."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        value, low, high = (compiler.compile(e) for e in self.source_expressions)
        return (
            f"({value[0]} BETWEEN {low[0]} AND {high[0]})",
            [*value[1], *low[1], *high[1]],
        )


def in_box(field: str, box: Box) -> Q:
    """Match points of the geography column `field` inside `box`.

    Compares longitude and latitude: the edges of geography's own polygons are great
    circles, which bulge away from the parallels that a map's box means. An index on
    `field::geometry` answers it.
    """
    condition = Q()
    for west, east in box.spans():
        lon = Func(AsGeometry(F(field)), function="ST_X", output_field=FloatField())
        lat = Func(AsGeometry(F(field)), function="ST_Y", output_field=FloatField())
        envelope = Func(
            *(Value(v) for v in (west, box.south, east, box.north, WGS84)),
            function="ST_MakeEnvelope",
        )
        condition |= (
            Q(_Overlaps(AsGeometry(F(field)), envelope))
            & Q(_Between(lon, Value(west), Value(east)))
            & Q(_Between(lat, Value(box.south), Value(box.north)))
        )
    return condition


def nearest_first(
    queryset: QuerySet[Any], field: str, origin: LonLat, size: int
) -> QuerySet[Any]:
    """Narrow to a superset of the `size` rows nearest to `origin` on the ellipsoid.

    The index can only order by the sphere's distance, up to 0.6 % off. So take the
    first `size` rows in that order; the farthest of them on the ellipsoid, D, bounds
    the true answer; and whatever lies within D is found by the index again.
    """
    column, here = F(field), origin.geography()
    candidates = queryset.order_by(SphereDistance(column, here)).values(
        bound=DistanceM(column, here)
    )[:size]
    sql, params = candidates.query.sql_with_params()
    bound = RawSQL(f"(SELECT max(bound) FROM ({sql}) AS near)", params)  # noqa: S611
    return queryset.filter(WithinM(column, here, bound))
