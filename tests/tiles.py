"""Tiles read back, by a decoder that nobody here wrote."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import mapbox_vector_tile

LAYERS = ("members", "events", "organizations")
EXTENT = 4096
NORTH_END = math.degrees(math.atan(math.sinh(math.pi)))  # 85.05°


class Feature(NamedTuple):
    lon: float
    lat: float
    id: int | None
    shown: dict[str, Any]

    @property
    def count(self) -> int:
        return self.shown["count"]


def url_of(layers: str, z: int, x: int, y: int) -> str:
    return f"/api/tiles/{layers}/{z}/{x}/{y}.pbf"


def read(client, layers: str, z: int, x: int, y: int, **query: Any) -> list[Feature]:
    """The features of all layers of a tile."""
    response = client.get(url_of(layers, z, x, y), query)
    if response.status_code == 204:
        assert response.content == b""
        return []
    assert response.status_code == 200, response.content
    return [*decoded(response.content, z, x, y)]


def decoded(body: bytes, z: int, x: int, y: int) -> Iterator[Feature]:
    options = {"y_coord_down": True}
    for layer in mapbox_vector_tile.decode(body, default_options=options).values():
        assert layer["extent"] == EXTENT
        assert layer["version"] == 2
        for feature in layer["features"]:
            assert feature["geometry"]["type"] == "Point"
            across, down = feature["geometry"]["coordinates"]
            # Maps leave out what is on the far edges: it is in the next tile.
            assert 0 <= across < EXTENT
            assert 0 <= down < EXTENT
            place = lon_lat(z, x + across / EXTENT, y + down / EXTENT)
            yield Feature(*place, feature.get("id") or None, feature["properties"])


def lon_lat(z: int, x: float, y: float) -> tuple[float, float]:
    """Web Mercator backwards: of a place in tiles of a zoom."""
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**z))))
    return x / 2**z * 360 - 180, lat


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    x = (lon + 180) / 360 % 1
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int(x * 2**z), int(y * 2**z)


def parts(z: int, x: int, y: int) -> list[tuple[int, int, int]]:
    return [(z + 1, 2 * x + i, 2 * y + j) for i in (0, 1) for j in (0, 1)]


def total(client, layers: str, z: int, **query: Any) -> int:
    """The counts of all tiles of a zoom, going down only where something is."""
    tiles = [(0, 0, 0)]
    for _ in range(z):
        tiles = [
            part for tile in tiles if read(client, layers, *tile, **query)
            for part in parts(*tile)
        ]  # fmt: skip
    return sum(
        feature.count
        for tile in tiles
        for feature in read(client, layers, *tile, **query)
    )
