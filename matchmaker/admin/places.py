"""Places on a map: the form's field, and the admin that uses it."""

import math
from typing import Any

from django import forms
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSGeometry, Point
from django.utils.translation import gettext_lazy as _
from leaflet.admin import LeafletAdminWidget, LeafletGeoAdmin

from project.lib.api.fields import LAT_MAX, LON_MAX
from project.lib.reads.geo import WGS84


class PlaceWidget(LeafletAdminWidget):
    geometry_field_class = "L.PlaceField"  # place_field.js

    def deserialize(self, value: str) -> GEOSGeometry | None:
        try:
            return super().deserialize(value)
        except GDALException:  # which Django passes on when the form is shown again
            return None


class PlaceAdmin(LeafletGeoAdmin):
    """An admin that shows a point as one marker, to be dragged, set or removed."""

    widget = PlaceWidget
    map_template = "matchmaker/place_widget.html"


class PlaceForm(forms.ModelForm):
    """A form for a row with a `location`."""

    def clean_location(self) -> Point | None:
        """Move the place from any copy of the world to -180…180 degrees."""
        point: Point | None = self.cleaned_data["location"]
        if point is None or "location" not in self.changed_data:
            return point
        if point.empty or not math.isfinite(point.x) or not abs(point.y) <= LAT_MAX:
            raise forms.ValidationError(_("There is no such place on Earth."))
        lon = point.x if abs(point.x) <= LON_MAX else math.remainder(point.x, 360)
        return Point(lon, point.y, srid=WGS84)

    def changes(self) -> dict[str, Any]:
        """Return the changed values by field."""
        return {name: self.cleaned_data[name] for name in self.changed_data}
