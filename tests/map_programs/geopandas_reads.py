"""make geopandas: GeoPandas and its GDAL read all collections, signed in, and filter.

It runs in an environment of its own, so nothing of ours is imported.
"""

import os
import sys

import geopandas
import pyogrio

SOURCE = f"OAPIF:{os.environ['BASE_URL']}/api/ogc"
SIGN_IN = f"{os.environ['EMAIL']}:{os.environ['PASSWORD']}"
PAGE_SIZE = 100
BOX = (29.0, 59.0, 31.0, 61.0)


def read(layer: str, **asked: object) -> geopandas.GeoDataFrame:
    return geopandas.read_file(SOURCE, layer=layer, PAGE_SIZE=PAGE_SIZE, **asked)


def main() -> int:
    pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": SIGN_IN})
    print(f"GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}")
    failed = 0
    for name in ("members", "events", "organizations"):
        everything = read(name)
        west, south, east, north = BOX
        expected = len(everything.cx[west:east, south:north])
        found = len(read(name, bbox=BOX))
        failed += found != expected or everything.empty
        print(f"{name}: {len(everything)} in all; in a box {found} of {expected}")
    events = read("events")
    large = read("events", where="capacity > 20")
    failed += len(large) != (events["capacity"] > 20).sum() or large.empty
    print(f"events with capacity > 20: {len(large)}")
    return bool(failed)


sys.exit(main())
