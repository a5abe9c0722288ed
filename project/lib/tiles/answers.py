"""What TileJSON 3 has, and the parameters of tiles, for the schema."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_yasg import openapi
from rest_framework import serializers

from project.lib.api.openapi import query_parameters
from project.lib.tiles.layers import Layer
from project.lib.tiles.squares import ZOOM_MAX


class VectorLayer(serializers.Serializer):
    id = serializers.CharField()
    description = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]
    minzoom = serializers.IntegerField()
    maxzoom = serializers.IntegerField()


class TileJson(serializers.Serializer):
    tilejson = serializers.ChoiceField(["3.0.0"])
    name = serializers.CharField()
    tiles = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("The URL of a tile, with {z}, {x} and {y} to be filled in"),
    )
    scheme = serializers.ChoiceField(["xyz"])
    minzoom = serializers.IntegerField()
    maxzoom = serializers.IntegerField(
        help_text=_("Tiles of greater zooms, up to 22, show nothing more")
    )
    bounds = serializers.ListField(child=serializers.FloatField())
    vector_layers = VectorLayer(many=True)


def tile_parameters(layers: Iterable[Layer[Any]]) -> list[openapi.Parameter]:
    """Return the parameters of a tile's path, and the filters of all layers."""
    last = (1 << ZOOM_MAX) - 1
    path = [
        _number("z", _("Zoom"), ZOOM_MAX),
        _number("x", _("Column, from 180° west"), last),
        _number("y", _("Row, from 85.05° north"), last),
    ]
    return [*path, *layer_parameters(layers)]


def layer_parameters(layers: Iterable[Layer[Any]]) -> list[openapi.Parameter]:
    """Return the filters of all layers; each narrows the layers that have it."""
    filters: dict[str, openapi.Parameter] = {}
    for layer in layers:
        for parameter in query_parameters(layer.filterset):
            filters.setdefault(parameter.name, parameter)
    names = openapi.Parameter(
        "layers",
        openapi.IN_PATH,
        _("Names of layers, separated by commas"),
        type=openapi.TYPE_STRING,
        pattern=_pattern([layer.id for layer in layers]),
    )
    return [names, *filters.values()]


def _number(name: str, meaning: Any, last: int) -> openapi.Parameter:
    kind, bounds = openapi.TYPE_INTEGER, {"minimum": 0, "maximum": last}
    return openapi.Parameter(name, openapi.IN_PATH, meaning, type=kind, **bounds)


def _pattern(names: list[str]) -> str:
    one = "|".join(names)
    return f"^({one})(,({one}))*$"
