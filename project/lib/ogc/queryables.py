"""What filters may ask about: properties that the answer of a collection shows."""

from collections.abc import Collection, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from project.lib.ogc.cql2.operands import Kind, Queryable
from project.lib.reads.answers import Answer

SCHEMA = "https://json-schema.org/draft/2020-12/schema"

# The property of all collections that is the geometry of a feature.
GEOMETRY = "geometry"

_KINDS: dict[type[serializers.Field], Kind] = {
    serializers.BooleanField: Kind.BOOLEAN,
    serializers.DateTimeField: Kind.INSTANT,
    serializers.FloatField: Kind.NUMBER,
    serializers.IntegerField: Kind.NUMBER,
}


def queryables_of(
    answer: type[Answer],
    expressions: Mapping[str, Any],
    without: Collection[str] = (),
) -> dict[str, Queryable]:
    """Return the queryables whose values are these expressions, by name.

    Each is a field of the answer that is not `without`, or GEOMETRY, which is a point.
    """
    fields = answer._declared_fields
    return {
        name: Queryable(Kind.GEOMETRY, expression, _point(name))
        if name == GEOMETRY
        else Queryable(
            _KINDS.get(type(fields[name]), Kind.TEXT),
            expression,
            {"title": name, **schema_of(fields[name])},
        )
        for name, expression in expressions.items()
        if name not in without
    }


def queryables_schema(
    queryables: Mapping[str, Queryable], url: str, title: Any
) -> dict[str, Any]:
    """Return the JSON Schema of the resource at `url`."""
    return {
        "$schema": SCHEMA,
        "$id": url,
        "type": "object",
        "title": title,
        "properties": {name: each.schema for name, each in queryables.items()},
        "additionalProperties": False,
    }


def properties_of(answer: type[Answer]) -> dict[str, Any]:
    """Return a schema of each property of the answer's features, by name."""
    return {
        name: schema_of(field)
        for name, field in answer._declared_fields.items()
        if name not in ("id", answer.place)
    }


def schema_of(field: serializers.Field) -> dict[str, Any]:
    """Return the schema of an answer's field, as OpenAPI 3.0 and JSON Schema have it.

    Whether it may be null is left out, which these two write differently.
    """
    schema = _type_of(field)
    if field.help_text:
        schema["description"] = field.help_text
    return schema


def _type_of(field: serializers.Field) -> dict[str, Any]:
    match field:
        case serializers.ListSerializer(child=serializers.Field() as child):
            return {"type": "array", "items": _type_of(child)}
        case serializers.Serializer():
            inner = field._declared_fields.items()
            properties = {name: schema_of(each) for name, each in inner}
            return {"type": "object", "properties": properties}
        case GeometryField():
            return {"type": "object"}
        case serializers.BooleanField():
            return {"type": "boolean"}
        case serializers.IntegerField():
            return {"type": "integer"}
        case serializers.FloatField():
            return {"type": "number"}
        case serializers.DateTimeField():
            return {"type": "string", "format": "date-time"}
        case serializers.ChoiceField():
            return {"type": "string", "enum": [*field.choices]}
        case serializers.URLField():
            return {"type": "string", "format": "uri"}
    return {"type": "string"}


def _point(name: str) -> dict[str, Any]:
    # A spatial property has no type (Part 3, get-queryables-response).
    return {"title": name, "format": "geometry-point", "x-ogc-role": "primary-geometry"}
