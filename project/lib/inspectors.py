"""Descriptions for drf-yasg of fields that it does not know itself."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_yasg import openapi
from drf_yasg.inspectors import FieldInspector, NotHandled
from rest_framework_gis.fields import GeometryField

from project.lib.api.fields import PointField
from project.lib.api.forms import has_parts


class PointInspector(FieldInspector):
    """Describes drf-gis fields, which drf-yasg takes for strings; all are points."""

    def field_to_swagger_object(
        self, field: Any, swagger_object_type: Any, use_references: bool, **kwargs: Any
    ) -> Any:
        if not isinstance(field, GeometryField):
            return NotHandled
        if swagger_object_type is not openapi.Schema:  # forms hold only text
            make, _ref = self._get_partial_types(
                field, swagger_object_type, use_references, **kwargs
            )
            return make(type=openapi.TYPE_STRING)
        point = _("GeoJSON Point (RFC 7946): longitude, latitude in WGS 84 degrees")
        # Input may have a height; answers never do.
        numbers_max = 3 if isinstance(field, PointField) else 2
        coordinates = openapi.Schema(
            type=openapi.TYPE_ARRAY,
            items=openapi.Schema(type=openapi.TYPE_NUMBER),
            min_items=2,
            max_items=numbers_max,
        )
        return openapi.Schema(
            type=openapi.TYPE_OBJECT,
            description=field.help_text or point,
            properties={
                "type": openapi.Schema(type=openapi.TYPE_STRING, enum=["Point"]),
                "coordinates": coordinates,
            },
            required=["type", "coordinates"],
            x_nullable=field.allow_null,
        )


class JsonTextInspector(FieldInspector):
    """Describes lists of objects in forms, where they are JSON text."""

    def field_to_swagger_object(
        self, field: Any, swagger_object_type: Any, use_references: bool, **kwargs: Any
    ) -> Any:
        if not has_parts(field) or swagger_object_type is openapi.Schema:
            return NotHandled
        make, _ref = self._get_partial_types(
            field, swagger_object_type, use_references, **kwargs
        )
        return make(type=openapi.TYPE_STRING)
