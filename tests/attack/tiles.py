"""Attackers who read vector tiles: what they show, what a block changes, their tags."""

from collections.abc import Callable
from typing import Any, TypeAlias

from tests.attack.accounts import Spies
from tests.attack.attackers import PRECISION_M
from tests.attack.geodesy import Place
from tests.tiles import Feature, decoded, lon_lat, parts, url_of

ZOOM_MAX = 22

Tile: TypeAlias = tuple[int, int, int]


def show(spies: Spies, tile: Tile, **filters: Any) -> list[Feature]:
    answer = spies.scout.look(url_of("members", *tile), **filters)
    return [*decoded(answer.body, *tile)] if answer.body else []


def tag(spies: Spies, tile: Tile, **filters: Any) -> str:
    """The ETag alone: also a 304 would tell it."""
    return spies.scout.look(url_of("members", *tile), **filters).headers["ETag"]


def size(spies: Spies, tile: Tile, **filters: Any) -> int:
    """How long the answer is, whatever is in it: who overhears the wire sees that."""
    return len(spies.scout.look(url_of("members", *tile), **filters).body)


class FromTiles:
    """Follows a name down to the smallest tile, and reads where it is there."""

    name = "tiles: the point of a name"
    precision_m = PRECISION_M

    def find(self, spies: Spies, target_id: int) -> Place | None:
        around: list[Tile] = [(0, 0, 0)]
        while True:
            seen = {tile: show(spies, tile, **spies.names) for tile in around}
            found = [tile for tile, features in seen.items() if features]
            if not found:
                return None
            (tile,) = found
            if tile[0] == ZOOM_MAX:
                (feature,) = seen[tile]
                return Place(feature.lon, feature.lat)
            around = parts(*tile)


class FromBlocks:
    """Blocks the target and looks at which tile it is missing, without any filter.

    `told`: what the attacker reads of a tile.
    """

    def __init__(
        self, name: str, told: Callable[..., Any], precision_m: float, **filters: str
    ):
        self.name, self.told, self.precision_m = name, told, precision_m
        self.filters = filters

    def find(self, spies: Spies, target_id: int) -> Place | None:
        around: list[Tile] = [(0, 0, 0)]
        while True:
            shown = self._read(spies, around)
            spies.scout.block(target_id)
            without = self._read(spies, around)
            spies.scout.unblock(target_id)
            changed = [tile for tile in around if shown[tile] != without[tile]]
            if not changed:
                return None
            (tile,) = changed
            if tile[0] == ZOOM_MAX:
                return self._place(tile, shown[tile], without[tile])
            around = parts(*tile)

    def _read(self, spies: Spies, tiles: list[Tile]) -> dict[Tile, Any]:
        return {tile: self.told(spies, tile, **self.filters) for tile in tiles}

    def _place(self, tile: Tile, shown: Any, without: Any) -> Place:
        if isinstance(shown, list):
            (feature,) = [each for each in shown if each not in without]
            return Place(feature.lon, feature.lat)
        z, x, y = tile
        return Place(*lon_lat(z, x + 0.5, y + 0.5))


# The smallest tile is 10 m wide at most, so its middle is at most 7 m away.
IN_TILE_M = 7.0

BY_TILES = (
    FromTiles(),
    FromBlocks("tiles: what a block takes away", show, PRECISION_M),
    FromBlocks("tiles: the same among men", show, PRECISION_M, gender="male"),
    FromBlocks("tiles: ETags", tag, IN_TILE_M),
    FromBlocks("tiles: sizes", size, IN_TILE_M),
)
