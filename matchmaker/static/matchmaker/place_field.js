// The admin's map of one place: drag the marker, or click to set it anew.
L.PlaceField = L.GeometryField.extend({
  addTo(map) {
    // Leaflet looks for its images by their plain names, which hashed files lack.
    const images = document.getElementById("force-img-path");
    L.Icon.Default.imagePath = JSON.parse(images.textContent);
    return L.GeometryField.prototype.addTo.call(this, map);
  },

  _editionLayer() {
    const layers = L.GeometryField.prototype._editionLayer.call(this);
    return layers.on("layeradd", ({ layer }) => {
      layer.dragging.enable();
      layer.on("dragend", () => this.store.save(layers));
    });
  },

  _controlDrawOptions() {
    const options = L.GeometryField.prototype._controlDrawOptions.call(this);
    options.edit.edit = false; // dragging needs no mode of its own
    return options;
  },

  _setView() {
    const [marker] = this.drawnItems.getLayers();
    // Near enough to name the next towns, far enough to have some in view.
    if (marker) this._map.setView(marker.getLatLng(), 9, { animate: false });
  },
});
