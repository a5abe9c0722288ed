"""Shapes of answers, for the schema and for what is shown."""

from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

M = TypeVar("M", bound=Model)


class ShownModel(serializers.ModelSerializer[M]):
    """What is shown of a row: all fields are there, whatever a form may leave out."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = True
        return fields


class OffsetPageShape(serializers.Serializer):
    """What a page has in both representations, JSON and GeoJSON."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class PageShape(OffsetPageShape):
    """The same of a keyset list."""

    count = serializers.IntegerField(help_text=_("Exact up to 1,000"))
    count_capped = serializers.BooleanField(help_text=_("There are more than count"))


class CollectionShape(serializers.Serializer):
    """What a page has in GeoJSON beside that and its `features`."""

    type = serializers.ChoiceField(["FeatureCollection"])


def feature(
    shape: type[serializers.Serializer], name: str, geometry: str | None = None
) -> type[serializers.Serializer]:
    """Return a serializer of `shape`'s object as a GeoJSON feature, `{name}Feature`.

    `geometry`: the field that is not among the feature's properties.
    """
    meta = getattr(shape, "Meta", object)

    class Properties(shape):  # type: ignore[misc, valid-type]
        class Meta(meta):  # type: ignore[misc, valid-type]
            ref_name = f"{name}Properties"

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

    return Feature
