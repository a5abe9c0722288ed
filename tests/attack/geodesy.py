"""Where somebody is who is so far from here, and so far from there.

By geographiclib: the attackers share no formula with the service.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from geographiclib.geodesic import Geodesic

WGS84 = Geodesic.WGS84
RADIUS_M = 6_371_008.8


class Place(NamedTuple):
    """WGS 84 degrees."""

    lon: float
    lat: float


class Sighting(NamedTuple):
    """Somebody is `distance_m` from `place`, on the ellipsoid."""

    place: Place
    distance_m: float


Vector = tuple[float, float, float]


def metres(a: Place, b: Place) -> float:
    return WGS84.Inverse(a.lat, a.lon, b.lat, b.lon, Geodesic.DISTANCE)["s12"]


def bearing(start: Place, end: Place) -> float:
    """Degrees from north, clockwise, at `start`."""
    return WGS84.Inverse(start.lat, start.lon, end.lat, end.lon)["azi1"]


def moved(start: Place, azimuth: float, distance_m: float) -> Place:
    end = WGS84.Direct(start.lat, start.lon, azimuth, distance_m)
    return Place(end["lon2"], end["lat2"])


def locate(sightings: Sequence[Sighting], start: Place | None = None) -> Place:
    """The place that fits the sightings best, by least squares (Gauss-Newton).

    Three sightings or more, not all on one great circle, if there is no `start`.
    """
    here = start or _on_sphere(sightings)
    for _ in range(50):
        ee = en = nn = e = n = 0.0
        for place, distance_m in sightings:
            line = WGS84.Inverse(here.lat, here.lon, place.lat, place.lon)
            # A step of a metre towards the place brings it a metre nearer.
            azimuth = math.radians(line["azi1"])
            east, north = math.sin(azimuth), math.cos(azimuth)
            surplus_m = line["s12"] - distance_m
            ee, en, nn = ee + east * east, en + east * north, nn + north * north
            e, n = e + east * surplus_m, n + north * surplus_m
        determinant = ee * nn - en * en
        if determinant < 1e-9:
            break
        east_m = (nn * e - en * n) / determinant
        north_m = (ee * n - en * e) / determinant
        step_m = math.hypot(east_m, north_m)
        azimuth = math.degrees(math.atan2(east_m, north_m))
        here = moved(here, azimuth, min(step_m, 1_000_000))
        if step_m < 1e-4:
            break
    return here


def mean(places: Sequence[Place]) -> Place:
    """The middle, also across the antimeridian and at a pole."""
    x, y, z = (sum(axis) for axis in zip(*map(_vector, places), strict=True))
    return _place((x, y, z))


def _on_sphere(sightings: Sequence[Sighting]) -> Place:
    """Within 0.6 % of the distances: each cosine is a projection, hence linear."""
    rows = [_vector(sighting.place) for sighting in sightings]
    cosines = [math.cos(sighting.distance_m / RADIUS_M) for sighting in sightings]
    columns = [
        _vector3(sum(row[i] * row[j] for row in rows) for i in range(3))
        for j in range(3)
    ]
    right = _vector3(
        sum(row[i] * cosine for row, cosine in zip(rows, cosines, strict=True))
        for i in range(3)
    )
    whole = _determinant(*columns)
    x, y, z = (
        _determinant(*columns[:i], right, *columns[i + 1 :]) / whole for i in range(3)
    )
    return _place((x, y, z))


def _vector(place: Place) -> Vector:
    lon, lat = math.radians(place.lon), math.radians(place.lat)
    return (
        math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat),
    )  # fmt: skip


def _place(vector: Vector) -> Place:
    x, y, z = vector
    lat = math.degrees(math.atan2(z, math.hypot(x, y)))
    return Place(math.degrees(math.atan2(y, x)), lat)


def _vector3(numbers: object) -> Vector:
    x, y, z = numbers  # type: ignore[misc]
    return x, y, z


def _determinant(a: Vector, b: Vector, c: Vector) -> float:
    return (
        a[0] * (b[1] * c[2] - b[2] * c[1])
        - b[0] * (a[1] * c[2] - a[2] * c[1])
        + c[0] * (a[1] * b[2] - a[2] * b[1])
    )
