"""URL patterns of vector tiles, for the views of a project."""

from django.urls import URLPattern

from project.lib.api.routes import endpoint
from project.lib.tiles.views import TileJsonView, TileView

LAYERS = "(?P<layers>[^/]+)"
# Whatever is there: what is not a tile's is refused with a reason.
TILE = r"(?P<z>[^/]+)/(?P<x>[^/]+)/(?P<y>[^/]+)\.pbf"


def tile_urls(
    base: str, tile: type[TileView], tile_json: type[TileJsonView]
) -> list[URLPattern]:
    """Return the patterns below `base`."""
    return [
        endpoint(f"{base}/{LAYERS}/{TILE}", tile.as_view(), "tile"),
        endpoint(rf"{base}/{LAYERS}\.json", tile_json.as_view(), "tile-json"),
    ]
