"""Shapes of answers that PostgreSQL writes, for the schema only."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField


class OffsetPageShape(serializers.Serializer):
    """What a page has in both representations, JSON and GeoJSON."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    type = serializers.ChoiceField(
        ["FeatureCollection"], required=False, help_text=_("GeoJSON only")
    )


class PageShape(OffsetPageShape):
    """The same of a keyset list."""

    count = serializers.IntegerField(help_text=_("Exact up to 1,000"))
    count_capped = serializers.BooleanField(help_text=_("There are more than count"))


def either(
    shape: type[serializers.Serializer], name: str, geometry: str | None = None
) -> type[serializers.Serializer]:
    """A serializer of `shape`'s object or of its GeoJSON feature.

    `geometry`: the field that moves out of the feature's properties.
    """
    meta = getattr(shape, "Meta", object)
    moved = {"id", geometry}

    class Properties(shape):  # type: ignore[misc, valid-type]
        class Meta(meta):  # type: ignore[misc, valid-type]
            ref_name = f"{name}Properties"

        def get_fields(self) -> dict[str, serializers.Field]:
            fields = super().get_fields().items()
            return {name: field for name, field in fields if name not in moved}

    class Either(shape):  # type: ignore[misc, valid-type]
        class Meta(meta):  # type: ignore[misc, valid-type]
            ref_name = name

        def get_fields(self) -> dict[str, serializers.Field]:
            fields = super().get_fields() | {
                "type": serializers.ChoiceField(["Feature"]),
                "geometry": GeometryField(allow_null=True),
                "properties": Properties(),
            }
            for field_name, field in fields.items():
                field.required = field_name == "id"
            return fields

    return Either


def offset_page(
    shape: type[serializers.Serializer], name: str, geometry: str
) -> type[serializers.Serializer]:
    """A serializer of a page of `shape`s, or of their GeoJSON features."""

    class Properties(shape):  # type: ignore[misc, valid-type]
        class Meta:
            ref_name = f"{name}FeatureProperties"

        def get_fields(self) -> dict[str, serializers.Field]:
            fields = super().get_fields().items()
            return {k: field for k, field in fields if k not in ("id", geometry)}

    class Feature(serializers.Serializer):
        class Meta:
            ref_name = f"{name}Feature"

        type = serializers.ChoiceField(["Feature"])
        id = serializers.IntegerField()
        geometry = GeometryField(allow_null=True)
        properties = Properties()

    class Page(OffsetPageShape):
        class Meta:
            ref_name = f"{name}Page"

        results = shape(many=True, required=False, help_text=_("JSON only"))
        features = Feature(many=True, required=False, help_text=_("GeoJSON only"))

    return Page
