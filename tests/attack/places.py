"""Where the members under attack live: all over a cell, in cells all over the earth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.db import connection

from tests.attack.geodesy import Place, moved

INSIDE_M = 0.02  # from an edge


@dataclass(frozen=True)
class Cell:
    """`spots`: places in it by name, the first two the farthest apart.

    `centre`: the public point of them all.
    """

    name: str
    centre: Place
    spots: dict[str, Place]


# Any place in them.
CELLS = {
    "Saint Petersburg": Place(30.3158, 59.9391),
    "65° north": Place(25.4654, 65.0121),
    "the equator": Place(32.5811, 0.0004),
    "33° south": Place(151.2093, -33.8688),
    "west of the antimeridian": Place(179.9999, -16.5),
    "east of the antimeridian": Place(-179.9999, -16.5),
    "beside the north pole's cell": Place(12.3, 89.985),
    "the south pole": Place(-77, -89.995),
}


@cache
def read_cell(name: str) -> Cell:
    """Ask the database, once: its grid is not computed a second time here.

    Not in a service that leaks.
    """
    inside = CELLS[name]
    centre = _public_point(inside)
    if abs(centre.lat) == 90:
        rim = math.copysign(89.99 + INSIDE_M / 111_700, centre.lat)
        rims = {f"rim at {lon}°": Place(lon, rim) for lon in (0, 180, 90)}
        return Cell(name, centre, {**rims, "centre": centre})
    west, south, east, north = _edges(inside)
    spots = {
        "north-east corner": _inside(Place(east, north), 225),
        "south-west corner": _inside(Place(west, south), 45),
        "centre": centre,
        "east edge": moved(Place(east, centre.lat), -90, INSIDE_M),
        "north-west corner": _inside(Place(west, north), 135),
        "any place": inside,
    }
    return Cell(name, centre, spots)


def homes_beside_edges(cell: Cell) -> dict[str, Place]:
    """Where the noise of a phone reaches over an edge; and where not."""
    edge = cell.spots["east edge"]
    return {
        "200 m inside the edge": moved(edge, -90, 200),
        "3 m inside the edge, in its middle": moved(edge, -90, 3),
        "3 m inside the edge, 300 m further north": moved(moved(edge, -90, 3), 0, 300),
        "in a corner": cell.spots["north-east corner"],
    }


def _inside(corner: Place, azimuth: float) -> Place:
    return moved(corner, azimuth, INSIDE_M * math.sqrt(2))


def _edges(inside: Place) -> Sequence[float]:
    """West, south, east, north, to a nanometre."""
    own = _cell_number(inside)
    # From the centre a cell reaches less than 0.006° north or south, and half its
    # own width east or west.
    edges = []
    for east, north in ((-1, 0), (0, -1), (1, 0), (0, 1)):
        reach = 0.01 if north else min(90, 0.012 / math.cos(math.radians(inside.lat)))
        edges.append(_last_inside(inside, east * reach, north * reach, own))
    return edges


def _last_inside(start: Place, east: float, north: float, own: int) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        lon = (start.lon + middle * east + 180) % 360 - 180
        if _cell_number(Place(lon, start.lat + middle * north)) == own:
            low = middle
        else:
            high = middle
    return start.lat + low * north if north else start.lon + low * east


def _cell_number(place: Place) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_cell(ST_MakePoint(%s, %s)::geography)", place)
        return cursor.fetchone()[0]


def _public_point(place: Place) -> Place:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p::geometry), ST_Y(p::geometry) FROM"
            " (SELECT public_point(ST_MakePoint(%s, %s)::geography) AS p) public",
            place,
        )
        return Place(*cursor.fetchone())
