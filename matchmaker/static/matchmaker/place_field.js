// The admin's map of one place: drag the marker, click to move it, or remove it.
L.PlaceField = L.GeometryField.extend({
  addTo(map) {
    // Leaflet looks for its images under plain names, which hashed files do not have.
    L.Icon.Default.imagePath = textOf("force-img-path");
    L.GeometryField.prototype.addTo.call(this, map);
    map.addControl(removeButton(() => {
      this.drawnItems.clearLayers();
      this.store.save(this.drawnItems);
    }));
    return this;

    function textOf(id) {
      return JSON.parse(document.getElementById(id).textContent);
    }

    function removeButton(remove) {
      const control = L.control({ position: "topleft" });
      control.onAdd = () => {
        const bar = L.DomUtil.create("div", "leaflet-bar");
        const button = L.DomUtil.create("a", "", bar);
        Object.assign(button, { href: "#", role: "button", textContent: "✕" });
        button.title = textOf("remove-place-title");
        L.DomEvent.disableClickPropagation(bar);
        L.DomEvent.on(button, "click", L.DomEvent.preventDefault).on(button, "click", remove);
        return bar;
      };
      return control;
    }
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
    options.edit = false; // these are separate modes, too much for one marker
    return options;
  },

  _setView() {
    const [marker] = this.drawnItems.getLayers();
    // Near enough to show names of towns, far enough to have some in view.
    if (marker) this._map.setView(marker.getLatLng(), 9, { animate: false });
  },
});
