"""Renderers that pass on JSON that PostgreSQL has written."""

from collections.abc import Mapping
from typing import Any

from rest_framework import renderers

from project.lib.reads import geojson


class Written(str):
    """Response data that already is JSON text."""


class _Escaped(renderers.JSONRenderer):
    ensure_ascii = True


class JSONRenderer(renderers.JSONRenderer):
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if isinstance(data, Written):
            return data.encode()
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except UnicodeEncodeError:  # a lone surrogate, quoted from a refused input
            return _Escaped().render(data, accepted_media_type, renderer_context)


class SequenceRenderer(JSONRenderer):
    """Of a stream, which is no response of DRF's; it is there to be chosen."""

    media_type = "application/geo+json-seq"
    format = "geojsonseq"


class CsvRenderer(JSONRenderer):
    media_type = "text/csv"
    format = "csv"


class GeoJSONRenderer(JSONRenderer):
    writes_geojson = True
    media_type = geojson.MEDIA_TYPE
    format = "geojson"
