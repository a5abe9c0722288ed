"""The OpenAPI 3.0 document of the collections (conformance class oas30)."""

from collections.abc import Mapping
from typing import Any

import django_filters

from project.lib.api.openapi import value_of
from project.lib.ogc.collections import Collection
from project.lib.ogc.filters import ITEMS, ITEMS_MAX, LimitFilter, NamedChoiceFilter
from project.lib.ogc.html import MEDIA_TYPE as HTML
from project.lib.ogc.openapi3_schemas import SCHEMAS
from project.lib.ogc.queryables import properties_of
from project.lib.reads.filters import BoxFilter
from project.lib.reads.geojson import MEDIA_TYPE as GEOJSON
from project.lib.reads.parameters import CompiledFilterSet
from project.lib.reads.streams import FORMS

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"
JSON_SCHEMA = "application/schema+json"

# The standard's names of parameters that our other lists call otherwise first.
STANDARD = {"page_size": "limit", "in_bbox": "bbox"}

_TEXT = {"type": "string"}
_FORMAT = {
    "name": "format",
    "in": "query",
    "description": "The same as an Accept header, for links",
    "schema": _TEXT,
}
SECURITY_SCHEMES: dict[str, Any] = {
    "Basic": {"type": "http", "scheme": "basic"},
    "Bearer": {"type": "http", "scheme": "bearer"},
    "Token": {"type": "apiKey", "in": "header", "name": "Authorization"},
}


def document(
    url: str, title: Any, collections: Mapping[str, Collection]
) -> dict[str, Any]:
    """Return the document; `url` is the landing page's."""
    return {
        "openapi": "3.0.3",
        "info": {"title": str(title), "version": "1.0.0"},
        "servers": [{"url": url}],
        "security": [{name: []} for name in SECURITY_SCHEMES],
        "paths": _paths(collections),
        "components": {
            "schemas": {**SCHEMAS, **_features(collections)},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _features(collections: Mapping[str, Collection]) -> dict[str, Any]:
    """Return schemas of each collection's features, from its answer's declaration."""
    schemas: dict[str, Any] = {}
    for name, each in collections.items():
        properties = {"type": "object", "properties": properties_of(each.items.answer)}
        schemas[f"{name}Feature"] = {
            "allOf": [_ref("Feature")],
            "properties": {"properties": properties},
        }
        features = {"type": "array", "items": _ref(f"{name}Feature")}
        schemas[f"{name}Features"] = {
            "allOf": [_ref("Features")],
            "properties": {"features": features},
        }
    return schemas


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}


def _paths(collections: Mapping[str, Collection]) -> dict[str, Any]:
    paths: dict[str, Any] = {
        "/": _get("landing", "Landing", is_open=True),
        "/conformance": _get("conformance", "Conformance", is_open=True),
        "/api": _get("api", None, kind=MEDIA_TYPE, is_open=True),
        "/functions": _get("functions", "Functions", is_open=True),
        "/collections": _get(
            "collections",
            "Collections",
            is_open=any(each.is_open() for each in collections.values()),
        ),
    }
    item_id = {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "integer"},
    }
    for name, each in collections.items():
        path, is_open = f"/collections/{name}", each.is_open()
        paths[path] = _get(name, "Collection", is_open=is_open)
        paths[f"{path}/queryables"] = _get(
            f"{name}_queryables", "Queryables", kind=JSON_SCHEMA, is_open=is_open
        )
        paths[f"{path}/items"] = _get(
            f"{name}_items",
            f"{name}Features",
            kind=GEOJSON,
            parameters=_parameters(each.items.filterset),
            streams=True,
            is_open=is_open,
        )
        paths[f"{path}/items/{{featureId}}"] = _get(
            f"{name}_item",
            f"{name}Feature",
            kind=GEOJSON,
            parameters=[item_id],
            is_open=is_open,
        )
    return paths


def _get(
    operation: str,
    schema: str | None,
    *,
    kind: str = "application/json",
    parameters: list[dict[str, Any]] | None = None,
    streams: bool = False,
    is_open: bool,
) -> dict[str, Any]:
    answer = (
        {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "object"}
    )
    refused = {"$ref": "#/components/schemas/Error"}
    errors = {"application/json": {"schema": refused}}
    statuses = {
        "400": "Bad request",
        "401": "Not signed in",
        "404": "Not found",
        "429": "Too many requests",
    }
    described: dict[str, Any] = {
        "operationId": operation,
        "parameters": [*(parameters or []), _FORMAT],
        "responses": {
            "200": {
                "description": "OK",
                "content": {
                    kind: {"schema": answer},
                    HTML: {"schema": _TEXT},
                    **({key: {"schema": _TEXT} for key in FORMS} if streams else {}),
                },
            },
            **{
                status: {"description": meaning, "content": errors}
                for status, meaning in statuses.items()
            },
        },
    }
    if is_open:
        described["security"] = [{}, *({name: []} for name in SECURITY_SCHEMES)]
    return {"get": described}


def _parameters(filterset: type[CompiledFilterSet]) -> list[dict[str, Any]]:
    return [
        {
            "name": _name(name, declared),
            "in": "query",
            "description": str(declared.extra.get("help_text", "")),
            **_value(declared),
        }
        for name, declared in filterset.base_filters.items()
    ]


def _name(name: str, declared: django_filters.Filter) -> str:
    return STANDARD.get(name, getattr(declared, "parameter", name))


def _value(declared: django_filters.Filter) -> dict[str, Any]:
    schema = value_of(declared)
    if isinstance(declared, BoxFilter):
        number = {"type": "number"}
        schema = {"type": "array", "minItems": 4, "maxItems": 6, "items": number}
    elif isinstance(declared, LimitFilter):
        limits = {"minimum": 1, "maximum": ITEMS_MAX, "default": ITEMS}
        schema = {"type": "integer", **limits}
    elif isinstance(declared, NamedChoiceFilter):
        schema["default"] = schema["enum"][0]
    return {"style": "form", "explode": False, "schema": schema}
