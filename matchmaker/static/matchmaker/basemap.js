// Draws the world under every Leaflet map, from files of this service (basemap.md).
(() => {
  const here = document.currentScript.src;
  const load = async (name) => (await fetch(new URL(name, here))).json();

  // Beside itself the world is drawn once to the west and once to the east, so that
  // a place near ±180° has its surroundings.
  const SHIFTS = [-360, 0, 360];
  const MOST_LABELS = 60;

  window.addEventListener("map:init", async ({ detail: { map } }) => {
    map.attributionControl.addAttribution(
      'Natural Earth, <a href="https://www.geonames.org/">GeoNames</a> (CC BY 4.0)'
    );
    const [world, cities] = await Promise.all([load("world.json"), load("cities.json")]);
    drawWorld(map, world);
    labelCities(map, cities);
  });

  function drawWorld(map, { geometries: [land, borders] }) {
    const renderer = L.canvas({ pane: "tilePane", padding: 0.5 });
    const plain = { renderer, interactive: false, weight: 1 };
    for (const shift of SHIFTS) {
      const latLngs = (line) => line.map(([lon, lat]) => [lat, lon + shift]);
      // One layer each, because Leaflet skips layers that are out of view.
      for (const polygon of land.coordinates) {
        L.polygon(polygon.map(latLngs), {
          ...plain, color: "#a9b5ad", fillColor: "#f6f5ef", fillOpacity: 1,
        }).addTo(map);
      }
      for (const line of borders.coordinates) {
        L.polyline(latLngs(line), { ...plain, color: "#b3a7bd" }).addTo(map);
      }
    }
  }

  // Labels the largest places in view that have room for their name.
  function labelCities(map, cities) {
    map.createPane("cities").style.zIndex = 450; // above land, below markers
    const labels = L.layerGroup().addTo(map);

    function update() {
      labels.clearLayers();
      const view = map.getBounds();
      const taken = [];
      for (const [name, lon, lat] of cities) {
        for (const shift of SHIFTS) {
          const place = L.latLng(lat, lon + shift);
          if (taken.length === MOST_LABELS || !view.contains(place)) continue;
          const { x, y } = map.latLngToContainerPoint(place);
          const room = L.bounds([x - 5, y - 9], [x + 12 + 7 * name.length, y + 9]);
          if (taken.some((other) => other.intersects(room))) continue;
          taken.push(room);
          labels.addLayer(label(name, place));
        }
      }
    }

    map.whenReady(update);
    map.on("moveend", update);
  }

  function label(name, place) {
    const html = document.createElement("span");
    html.textContent = name;
    const icon = L.divIcon({ className: "basemap-city", html, iconSize: [6, 6] });
    return L.marker(place, { icon, pane: "cities", interactive: false, keyboard: false });
  }
})();
