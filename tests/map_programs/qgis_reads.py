"""make qgis: QGIS's own provider reads all collections, signed in, and draws them.

It runs in the system's Python, which has QGIS, so nothing of ours is imported.
"""

import json
import os
import sys
import urllib.request
from base64 import b64encode

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_RUNTIME_DIR", os.environ["OUT"])

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFillSymbol,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

URL = f"{os.environ['BASE_URL']}/api/ogc"
EMAIL, PASSWORD = os.environ["EMAIL"], os.environ["PASSWORD"]
# Each is drawn over the ones before it, and smaller.
COLOURS = {"organizations": "#388e3c", "members": "#1976d2", "events": "#c2185b"}
SIZES_MM = {"organizations": "4", "members": "1.6", "events": "1.2"}
PAGE_SIZE = 100
EUROPE = QgsRectangle(-12, 34, 45, 68)


def main() -> int:
    program = QgsApplication([], False)
    program.initQgis()
    failed, layers = 0, []
    for name, colour in COLOURS.items():
        layer = open_layer(name)
        read = len({feature.id() for feature in layer.getFeatures()})
        expected = count_all(name)
        failed += not layer.isValid() or read != expected
        pages = -(-expected // PAGE_SIZE)
        print(f"{name}: {read} of {expected} features, {pages} pages of {PAGE_SIZE}")
        symbol = {"color": colour, "outline_style": "no", "size": SIZES_MM[name]}
        marker = QgsMarkerSymbol.createSimple(symbol)
        layer.setRenderer(QgsSingleSymbolRenderer(marker))
        layers.append(layer)
    path = os.path.join(os.environ["OUT"], "qgis.png")
    colours = draw([*reversed(layers), land()], path)
    print(f"drawn with {colours} colours: {path}")
    return 1 if failed or colours < len(COLOURS) else 0


def open_layer(name: str) -> QgsVectorLayer:
    source = (
        f"url='{URL}' typename='{name}' username='{EMAIL}' password='{PASSWORD}' "
        f"pageSize='{PAGE_SIZE}'"
    )
    return QgsVectorLayer(source, name, "OAPIF")


def count_all(name: str) -> int:
    """How many features there are, by the links alone."""
    sign_in = b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()
    url, count = f"{URL}/collections/{name}/items?limit=10000", 0
    while url:
        request = urllib.request.Request(
            url, headers={"Authorization": f"Basic {sign_in}"}
        )
        with urllib.request.urlopen(request) as answer:
            page = json.load(answer)
        count += page["numberReturned"]
        links = {link["rel"]: link["href"] for link in page["links"]}
        url = links.get("next")
    return count


def land() -> QgsVectorLayer:
    """The land of the base map, whose file is of several kinds of geometry."""
    with open(os.environ["WORLD"]) as file:
        polygons, *_lines = json.load(file)["geometries"]
    path = os.path.join(os.environ["OUT"], "land.geojson")
    with open(path, "w") as file:
        json.dump(polygons, file)
    layer = QgsVectorLayer(path, "land", "ogr")
    symbol = {"color": "#f4f1e8", "outline_color": "#9aa5ab"}
    layer.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(symbol)))
    return layer


def draw(layers: list[QgsVectorLayer], path: str) -> int:
    """Draw Europe, and return how many of the layers' colours are seen."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(EUROPE)
    settings.setBackgroundColor(QColor("#dbe6ec"))
    settings.setOutputSize(QSize(1200, 720))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    picture.save(path)
    seen = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    }
    return len(seen & set(COLOURS.values()))


verdict = main()
sys.stdout.flush()
os._exit(verdict)  # PyQGIS often crashes while Python frees what it has made
