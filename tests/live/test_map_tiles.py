"""MapLibre GL and GDAL, which nobody here wrote, draw and read our tiles, signed in."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Page, Route
from rest_framework.authtoken.models import Token

from events.models import Event, Organization
from matchmaker.models import Member
from tests.events.factories import EventFactory, OrganizationFactory
from tests.factories import MemberFactory
from tests.harness.browser import chromium
from tests.harness.daphne import Server
from tests.harness.waiting import wait_until
from tests.live.test_map_page import PACKAGE, maplibre, server
from tests.tiles import LAYERS

__all__ = ["maplibre", "server"]

HERE = (30.32, 59.94)

PAGE = """
<!doctype html>
<link rel="stylesheet" href="/{package}/dist/maplibre-gl.css">
<script src="/{package}/dist/maplibre-gl.js"></script>
<div id="map" style="position: fixed; inset: 0"></div>
<script>
  const colors = { members: "#1565c0", events: "#c2185b", organizations: "#2e7d32" };
  const map = new maplibregl.Map({
    container: "map", center: [30.32, 59.94], zoom: 9, fadeDuration: 0,
    style: { version: 8, sources: {}, layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eceff1" } }] },
    transformRequest: (url) => ({ url, headers: url.includes("/api/")
      ? { Authorization: "Token {token}" } : {} }),
  });
  map.on("error", ({ error }) => { window.failed = error.message; });
  map.on("load", () => {
    map.addSource("all", { type: "vector", url: location.origin +
      "/api/tiles/members,events,organizations.json" });
    for (const [layer, color] of Object.entries(colors)) {
      map.addLayer({ id: layer, type: "circle", source: "all", "source-layer": layer,
        paint: { "circle-color": color, "circle-opacity": 0.7,
          "circle-radius": ["+", 6, ["*", 3, ["ln", ["get", "count"]]]] } });
    }
  });
  window.shown = () => map.queryRenderedFeatures().map(({ layer, properties }) =>
    ({ layer: layer.id, ...properties }));
</script>
"""


@pytest.fixture
def token(server, django_db_blocker) -> Iterator[str]:
    with django_db_blocker.unblock():
        lon, lat = HERE
        viewer = MemberFactory(lon=lon, lat=lat)
        others = [
            MemberFactory(lon=lon + i % 7 / 20, lat=lat + i % 5 / 30) for i in range(40)
        ]
        events = [
            EventFactory(creator=viewer, lon=lon - i / 30, lat=lat - i / 60)
            for i in range(12)
        ]
        clubs = [OrganizationFactory(lon=lon + i / 9, lat=lat - 0.1) for i in range(5)]
        yield Token.objects.create(user=viewer).key
        Event.objects.filter(pk__in=[each.pk for each in events]).delete()
        Organization.objects.filter(pk__in=[each.pk for each in clubs]).delete()
        Member.objects.filter(pk__in=[m.pk for m in [*others, viewer]]).delete()


def counted(shown: list[dict]) -> dict[str, int]:
    return {
        layer: sum(each["count"] for each in shown if each["layer"] == layer)
        for layer in LAYERS
    }


@pytest.mark.browser
def test_maplibre_draws_all_layers_at_every_zoom(maplibre: Path, server, token):
    text = PAGE.replace("{package}", PACKAGE).replace("{token}", token)

    def answer(route: Route) -> None:
        url = route.request.url
        if f"/{PACKAGE}/" in url:
            route.fulfill(path=maplibre / url.partition(f"{PACKAGE}/")[2])
        elif url.endswith("/map.html"):
            route.fulfill(body=text, content_type="text/html")
        else:
            route.continue_()

    def shows(page: Page, zoom: float) -> None:
        page.evaluate(f"map.jumpTo({{ zoom: {zoom} }})")
        page.wait_for_function("map.loaded() && map.areTilesLoaded()")
        assert page.evaluate("window.failed") is None
        # Members less the viewer; a map at zoom 9 shows all of them.
        wanted = {"members": 40, "events": 12, "organizations": 5}
        wait_until(lambda: counted(page.evaluate("shown()")) == wanted)

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.route("**/*", answer)
        page.goto(f"{server.url}/map.html")
        page.wait_for_function("window.map && map.getLayer('organizations')")
        for zoom in (9, 8, 5, 2):
            shows(page, zoom)
        page.evaluate("map.jumpTo({ zoom: 9.5 })")
        page.wait_for_function("map.loaded() && map.areTilesLoaded()")
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/tiles.png")
        titles = {each.get("title") for each in page.evaluate("shown()")}
        assert len(titles - {None}) > 3


@pytest.mark.skipif(not which("ogr2ogr"), reason="no ogr2ogr (Debian: gdal-bin)")
def test_gdal_reads_a_tile(server: Server, token: str, tmp_path: Path):
    file = tmp_path / "tile.geojson"
    url = f"MVT:/vsicurl/{server.url}/api/tiles/members,events/9/299/148.pbf"
    done = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", str(file), url, "events"],
        env=os.environ | {
            "GDAL_HTTP_HEADERS": f"Authorization: Token {token}",
            "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".pbf",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    found = json.loads(file.read_text())["features"]
    assert {each["properties"]["count"] for each in found} >= {1}
    lon, lat = found[0]["geometry"]["coordinates"]
    assert abs(lon - HERE[0]) < 0.5
    assert abs(lat - HERE[1]) < 0.5
