// Shows a page's features on a map, over the world that basemap.js draws.
(() => {
  const features = JSON.parse(document.getElementById("features").textContent);
  const map = L.map("map", { minZoom: 1, maxZoom: 18 }).setView([20, 0], 1);
  map.attributionControl.setPrefix(false);
  window.dispatchEvent(new CustomEvent("map:init", { detail: { map } }));
  const pointToLayer = (_feature, place) => L.circleMarker(place, { radius: 6, color: "#c2185b" });
  const places = L.geoJSON(features.filter(({ geometry }) => geometry), { pointToLayer });
  places.addTo(map);
  if (places.getBounds().isValid()) map.fitBounds(places.getBounds(), { maxZoom: 12, padding: [20, 20] });
})();
