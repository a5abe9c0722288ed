"""Squares of the map, and tables that keep how many features are in the larger ones.

A square is a number of the SQL function `map_square` (matchmaker/sql/map_squares.sql).
The first bits of a small square's number are those of the larger ones that it is in, so
what is in a tile is one range of an index. At low zooms a tile shows one feature for
each of its 8 x 8 squares, read from a table of counted squares. Such a table is added
up from changes that are only inserted, as the cells' numbers are (`adding_up`), and a
reader adds the open changes.

Its columns: `id`, the square's level * 2^32 + its number; `number`, of what is in it;
`x` and `y`, sums over that of how far each is across and down the map, in smallest
squares, so that a mean is exact whoever is taken off. Not as an abstract model: mypy
gives up on all models then.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BigIntegerField, Func

ZOOM_MAX = 22
LEVEL_MAX = 31  # of the smallest squares
# As powers of 2: the squares across a tile that has clusters, and one that has points.
CLUSTERED, POINTED = 3, 8
# Every second level is counted; a tile of the other zooms reads four squares for one.
FIRST_LEVEL, LEVEL_STEP = 4, 2
# A counted square's id is its level, then its number.
LEVEL_BITS = 32


class MapSquare(Func):
    """The smallest square that a geography point is in, null beyond 85.05 degrees."""

    function = "map_square"
    output_field = BigIntegerField()


def levels(clusters_max: int) -> range:
    """Return the levels to count, for tiles up to this zoom to be read from them."""
    return range(FIRST_LEVEL, stored_level(clusters_max) + 1, LEVEL_STEP)


def stored_level(zoom: int) -> int:
    """Return the level of counted squares that tiles of a zoom read."""
    level = max(zoom + CLUSTERED, FIRST_LEVEL)
    return level + (level - FIRST_LEVEL) % LEVEL_STEP


class Tile(NamedTuple):
    """A tile of the map at a zoom, counted from the north-west (XYZ)."""

    z: int
    x: int
    y: int

    def squares(self, level: int) -> tuple[int, int]:
        """Return the first and the last of its squares of a level."""
        finer = 2 * (level - self.z)
        first = (_spread(self.x) | _spread(self.y) << 1) << finer
        return first, first + (1 << finer) - 1


@dataclass(frozen=True)
class Grid:
    """A tile and the squares that it shows, each as a feature: those of `level`."""

    tile: Tile
    level: int

    @classmethod
    def of(cls, tile: Tile, clusters_max: int, finest: int | None) -> "Grid":
        """Return the grid; `finest`: the level above `clusters_max`, if not POINTED."""
        if tile.z <= clusters_max:
            return cls(tile, tile.z + CLUSTERED)
        return cls(tile, tile.z + POINTED if finest is None else finest)

    @property
    def first(self) -> int:
        return self.tile.squares(LEVEL_MAX)[0]

    @property
    def last(self) -> int:
        return self.tile.squares(LEVEL_MAX)[1]

    @property
    def shift(self) -> int:
        """Return by how many bits a smallest square's number is the longer one."""
        return 2 * (LEVEL_MAX - self.level)

    @property
    def stored_first(self) -> int:
        return self._id(0)

    @property
    def stored_last(self) -> int:
        return self._id(1)

    @property
    def stored_shift(self) -> int:
        return 2 * (stored_level(self.tile.z) - self.level)

    @property
    def left(self) -> int:
        return self.tile.x << self.halvings

    @property
    def top(self) -> int:
        return self.tile.y << self.halvings

    @property
    def halvings(self) -> int:
        """Return how often a tile is halved to give the smallest squares."""
        return LEVEL_MAX - self.tile.z

    def _id(self, end: int) -> int:
        level = stored_level(self.tile.z)
        return (level << LEVEL_BITS) + self.tile.squares(level)[end]


def _spread(number: int) -> int:
    """Return the number with a 0 before each of its bits."""
    return int(f"{number:b}", 4)
