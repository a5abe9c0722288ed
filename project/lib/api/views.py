"""Base classes of all API views: input that nothing reads is a 400."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import views, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from project.lib.api.bodies import read_body, refuse_body
from project.lib.api.renderers import (
    CsvRenderer,
    GeoJSONRenderer,
    SequenceRenderer,
)
from project.lib.api.unknown_input import parameter_errors

OVERRIDES = (
    "HTTP_X_HTTP_METHOD_OVERRIDE",
    "HTTP_X_HTTP_METHOD",
    "HTTP_X_METHOD_OVERRIDE",
)


class Understanding:
    """Mixin for DRF views that refuses parameters and bodies the method does not read.

    `describe` says whether a method has a body, which `read_body` checks, or
    parameters, which `CompiledFilterSet.read` does, so that their errors come together;
    and whether it answers in GeoJSON too.

    `cache_control` is the default; nearly all answers depend on the member who asks.
    `operation` names the view's only operation in the schema, where its path does not
    (`project.schema`).
    """

    cache_control = "private, no-store"
    operation = ""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        method = (request.method or "").lower()
        handler = getattr(self, method, None)
        if handler is None or method == "options" or not self.refuses(request):
            return
        meta = request.META
        _refuse_override(meta)
        if getattr(handler, "has_body", False):
            return
        if meta.get("CONTENT_LENGTH") not in (None, "", "0"):
            refuse_body(request)
        if getattr(handler, "has_parameters", False):
            return
        if errors := parameter_errors(request.query_params):
            raise ValidationError(errors)

    @property
    def allowed_methods(self) -> list[str]:
        """Return what the `Allow` header names: OPTIONS only where it is answered."""
        methods: list[str] = super().allowed_methods  # type: ignore[misc]
        describes = self.metadata_class is not None  # type: ignore[attr-defined]
        return [name for name in methods if describes or name != "OPTIONS"]

    def get_renderers(self) -> list[BaseRenderer]:
        renderers: list[BaseRenderer] = super().get_renderers()  # type: ignore[misc]
        method = (self.request.method or "").lower()  # type: ignore[attr-defined]
        if getattr(getattr(self, method, None), "has_geojson", False):
            renderers.append(GeoJSONRenderer())
        if getattr(getattr(self, method, None), "has_streams", False):
            renderers += [SequenceRenderer(), CsvRenderer()]
        return renderers

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().finalize_response(*args, **kwargs)  # type: ignore[misc]
        response.headers.setdefault("Cache-Control", self.cache_control)
        _release(self.request)  # type: ignore[attr-defined]
        return response

    def refuses(self, request: Request) -> bool:
        """Return whether the API itself answers the request."""
        return True


class UnderstandingGeneric(Understanding):
    """The same mixin for generic views of DRF and djoser, which have serializers."""

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        if "data" in kwargs:
            return read_body(self.get_serializer_class(), self.request)  # type: ignore[attr-defined]
        return super().get_serializer(*args, **kwargs)  # type: ignore[misc]


class APIView(Understanding, views.APIView):
    pass


class ViewSet(Understanding, viewsets.ViewSet):
    pass


class GenericViewSet(UnderstandingGeneric, viewsets.GenericViewSet):
    pass


def _release(request: Request) -> None:
    """Drop what a JSON body was parsed to.

    DRF's request, view, serializer and response refer to each other, so they stay until
    Python collects cycles, which a megabyte of `{}` does not make it do: 25 MB would
    be kept for each such request. DRF has no public way to do this.
    """
    data = getattr(request, "_full_data", None)
    if type(data) in (dict, list):  # and no form, which has few values
        data.clear()  # type: ignore[union-attr]


def _refuse_override(meta: Mapping[str, Any]) -> None:
    """Refuse headers that override the method, instead of ignoring them."""
    for header in OVERRIDES:
        if header in meta and meta[header].upper() != meta["REQUEST_METHOD"]:
            name = header.removeprefix("HTTP_").replace("_", "-").title()
            message = _(
                "The %(header)s header is not supported. Use the method itself."
            )
            raise ValidationError([message % {"header": name}])
