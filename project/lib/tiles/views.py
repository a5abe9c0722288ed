"""Views of vector tiles and of the TileJSON that describes them."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

from project.lib.api.unknown_input import parameter_errors
from project.lib.api.views import APIView
from project.lib.tiles.layers import Layer
from project.lib.tiles.squares import ZOOM_MAX, Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

# How long a proxy may answer with a tile that is the same for everybody. A deleted
# event may be seen as long.
PUBLIC_S = 60

# As int() would have it, 007 and digits of other scripts are numbers too.
CANONICAL = re.compile("0|[1-9][0-9]{0,9}")

# Web maps end there (to north and south), where they are square.
BOUNDS = [-180, -85.051129, 180, 85.051129]


class TileRenderer(BaseRenderer):
    """A renderer for negotiation and the schema; the view writes the bytes itself."""

    media_type = MEDIA_TYPE
    format = "pbf"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(data)


class OfLayers(APIView):
    """A view of the layers that its path names. Any other name is a 404.

    `all_layers`: all that there are, by id.
    """

    all_layers: ClassVar[Mapping[str, Layer[Any]]] = {}

    def get_permissions(self) -> list[Any]:
        found = [self.all_layers.get(name) for name in self.names()]
        may_all = all(layer is not None and layer.is_open() for layer in found)
        return [AllowAny() if may_all else IsAuthenticated()]

    def names(self) -> list[str]:
        return str(self.kwargs["layers"]).split(",")

    def layers(self) -> list[Layer[Any]]:
        """Return the layers. Raises Http404, and ValidationError if one is doubled."""
        names = self.names()
        if not all(name in self.all_layers for name in names):
            raise Http404
        if len({*names}) < len(names):
            raise ValidationError({"layers": [_("Name each layer only once.")]})
        return [self.all_layers[name] for name in names]

    def read(
        self, layers: list[Layer[Any]], wrong: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return each layer's own parameters, cleaned. Raises ValidationError.

        A parameter narrows the layers that have it; one of them has to. `wrong`:
        messages about the path, reported together with the others.
        """
        params = self.request.query_params
        known = [layer.filterset.names() for layer in layers]
        errors: dict[str, Any] = parameter_errors(
            params, {name for names in known for name in names}
        )
        given = []
        for layer, names in zip(layers, known, strict=True):
            own = QueryDict(mutable=True)
            for name in params.keys() & names.keys():
                own.setlist(name, params.getlist(name))
            try:
                given.append(layer.filterset.read(own, layer.unmet(self.request)))
            except ValidationError as error:
                errors |= dict(error.detail)  # type: ignore[arg-type]  # by field
        if errors or wrong:
            raise ValidationError({**wrong, **errors})
        return given

    def answered(
        self, response: HttpResponse, layers: list[Layer[Any]], given: list[Any]
    ) -> HttpResponse:
        """Return the answer with its caching, which a proxy may do for everybody's."""
        if all(
            layer.is_open() and layer.is_same_for_all(its)
            for layer, its in zip(layers, given, strict=True)
        ):
            response["Cache-Control"] = f"public, max-age={PUBLIC_S}"
        else:
            response["Cache-Control"] = "private, no-cache"
            patch_vary_headers(response, ["Authorization", "Cookie"])
        return response


class TileView(OfLayers):
    renderer_classes = [TileRenderer]
    metadata_class = None  # otherwise the error would be rendered as a tile
    operation = "tiles_get"
    tag = "map"

    def answer(self, layers: str, z: str, x: str, y: str) -> HttpResponse:
        """Return the tile, 204 for an empty one, or 304 if the client has it."""
        found = self.layers()
        tile, wrong = _tile(z, x, y)
        given = self.read(found, wrong)
        body = b"".join(
            layer.write(self.request, its, tile)
            for layer, its in zip(found, given, strict=True)
        )
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        response = get_conditional_response(self.request, etag=tag) or HttpResponse(
            body, status=200 if body else 204, content_type=MEDIA_TYPE
        )
        response["ETag"] = tag
        return self.answered(response, found, given)


class TileJsonView(OfLayers):
    operation = "tiles_describe"
    tag = "map"

    def answer(self, layers: str) -> HttpResponse:
        """Return the TileJSON of these layers, with the same filters."""
        found = self.layers()
        given = self.read(found, {})
        body = {
            "tilejson": "3.0.0",
            "name": ", ".join(str(layer.title) for layer in found),
            "tiles": [self._template(layers)],
            "scheme": "xyz",
            "minzoom": 0,
            "maxzoom": max(layer.maxzoom for layer in found),
            "bounds": BOUNDS,
            "vector_layers": [_described(layer) for layer in found],
        }
        return self.answered(Response(body), found, given)

    def _template(self, layers: str) -> str:
        """Return the tiles' URL, with the same filters."""
        numbers = {"z": 0, "x": 0, "y": 0}
        path = reverse("tile", kwargs={"layers": layers, **numbers})
        url: str = self.request.build_absolute_uri(path.partition("/0/0/0")[0])
        query = self.request.query_params.copy()
        query.pop("format", None)
        ending = f"?{query.urlencode()}" if query else ""
        return f"{url}/{{z}}/{{x}}/{{y}}.pbf{ending}"


def _described(layer: Layer[Any]) -> dict[str, Any]:
    return {
        "id": layer.id,
        "description": layer.description,
        "fields": layer.fields,
        "minzoom": 0,
        "maxzoom": layer.maxzoom,
    }


def _tile(*numbers: str) -> tuple[Tile, dict[str, Any]]:
    """Return the tile, and messages by part of the path if there is no such."""
    z, x, y = (int(text) if CANONICAL.fullmatch(text) else -1 for text in numbers)
    errors = {}
    if not 0 <= z <= ZOOM_MAX:
        errors["z"] = [
            _("Must be a whole number from 0 to %(max)s.") % {"max": ZOOM_MAX}
        ]
        z = ZOOM_MAX
    last = (1 << z) - 1
    for name, number in (("x", x), ("y", y)):
        if not 0 <= number <= last:
            message = _("Must be a whole number from 0 to %(max)s.") % {"max": last}
            errors[name] = [message]
    return Tile(z, x, y), errors
