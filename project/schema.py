"""The API's Swagger 2.0 schema, which drf-yasg makes from the views."""

from collections.abc import Sequence
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_yasg import openapi
from drf_yasg.generators import OpenAPISchemaGenerator
from drf_yasg.inspectors import SwaggerAutoSchema
from rest_framework.permissions import SAFE_METHODS

from project.lib.api.openapi import JSON, error
from project.lib.inspectors import JsonTextInspector, PointInspector
from project.lib.reads.geojson import MEDIA_TYPE as GEOJSON

INFO = openapi.Info(
    title="Matchmaker",
    default_version="v1",
    description=_(
        "Members near you, events and organizations, sign-in by phone, invitations and "
        'chat. Sign up, sign in, press Authorize and paste "Token …" or "Bearer …". '
        "Answers that name a Feature or FeatureCollection also come as GeoJSON, with "
        "?format=geojson or Accept: application/geo+json; its schema is under "
        "x-content. Every body is read as JSON and as a form, where a list of objects "
        "is JSON text or has numbered parts: users[0][id]=5, users[0].id=5. Fields and "
        "parameters that are not described here are refused. Coordinates are "
        "longitude, latitude (WGS 84); distances are kilometres. Map programs use OGC "
        "API at /api/ogc/, which /api/ogc/api describes."
    ),
    license=openapi.License("MIT"),
)


# The groups of operations, in order.
TAGS = {
    "members": _("Members near you, their profiles, and your own account."),
    "sympathy": _("Likes, matches, passes, blocks and reports between two members."),
    "events": _("Events, their organizers and attendees, and their calendars."),
    "organizations": _("Organizations, which hold events, and their members."),
    "map": _("Vector tiles of members, events and organizations, for web maps."),
    "sign-in": _("Sign-up, sign-in and sign-out by e-mail and password."),
    "phone": _("Sign-in by phone with a one-time code, and your own phone number."),
    "invitations": _("Invitation codes: creating, finding and activating them."),
    "referrals": _("Who invited whom, and the leaderboard of referrers."),
    "chat": _("Chat rooms and their messages; new ones also arrive by WebSocket."),
}

# Names of viewset actions in operation ids.
VERBS = {
    "list": "list",
    "create": "create",
    "retrieve": "get",
    "partial_update": "update",
    "destroy": "delete",
}

IDS = {"id", "organization"}


class AutoSchema(SwaggerAutoSchema):
    field_inspectors = [
        PointInspector,
        JsonTextInspector,
        *SwaggerAutoSchema.field_inspectors,
    ]

    def should_filter(self) -> bool:
        return False  # views name their parameters themselves (`describe`)

    def get_consumes(self) -> list[str]:
        consumes: list[str] = self.overrides.get("consumes") or JSON
        return consumes

    def get_response_serializers(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().get_response_serializers()
        is_public = self.overrides.get("security") == []
        if not is_public and self.method not in SAFE_METHODS:
            answers["403"] = error(403)  # to a session cookie without its CSRF token
        return answers

    def get_response_schemas(self, response_serializers: Any) -> dict[str, Any]:
        responses: dict[str, Any] = super().get_response_schemas(response_serializers)
        if feature_of := self.overrides.get("geojson"):
            feature = self.serializer_to_schema(feature_of())
            for status in responses.keys() & {"200", "201"}:
                # Swagger 2.0 has one schema per status; OpenAPI 3 has `content`.
                responses[status]["x-content"] = {GEOJSON: {"schema": feature}}
                responses[status].description = format_lazy(
                    _("As GeoJSON: {name}"), name=_name(feature)
                )
        return responses

    def get_produces(self) -> list[str]:
        if "produces" in self.overrides:
            return list(self.overrides["produces"])
        # Errors are always JSON.
        types = [r.media_type for r in self.view.renderer_classes]
        return [*types, *(t for t in JSON if t not in types)]

    def get_operation_id(self, operation_keys: Sequence[str] | None = None) -> str:
        """Return the words of the path and the action: clients_list, events_attend.

        A view that is not a viewset has one method, which its path names: user_sign_in.
        """
        if self.view.operation:
            return str(self.view.operation)
        words = [word for word in self.path.split("/")[2:-1] if "{" not in word]
        action = getattr(self.view, "action", "")
        if action in VERBS:  # /api/events/create/ already says it
            words += [verb for verb in [VERBS[action]] if verb != words[-1]]
        elif len(self.view.action_map or ()) > 1:  # the last word says too little
            words[-1] = action
        return "_".join(words).replace("-", "_")

    def get_tags(self, operation_keys: Sequence[str] | None = None) -> list[str]:
        return self.overrides.get("tags") or [getattr(self.view, "tag", "members")]


class Generator(OpenAPISchemaGenerator):
    """A generator that writes paths as the contract does, with its base path.

    The schema names no host: without one it describes the host that serves it (Swagger
    2.0, "host"), and is the same document for all.
    """

    def determine_path_prefix(self, paths: Sequence[str]) -> str:
        return ""

    def get_schema(self, request: Any = None, public: bool = False) -> openapi.Swagger:
        schema = super().get_schema(request, public)
        schema.tags = [
            {"name": name, "description": text} for name, text in TAGS.items()
        ]
        for definition in schema.definitions.values():
            _untitle(definition)
            _require(definition)
        for item in schema.paths.values():
            for _method, operation in item.operations:
                for parameter in operation.parameters:
                    if parameter.in_ == openapi.IN_BODY:
                        _close(parameter.schema, schema.definitions)
                        body = schema.definitions.get(_name(parameter.schema), {})
                        # A body without what nobody has to give may be left out.
                        parameter.required = bool(body.get("required"))
        return schema

    def get_path_parameters(self, path: str, view: Any) -> list[openapi.Parameter]:
        parameters: list[openapi.Parameter] = super().get_path_parameters(path, view)
        for parameter in parameters:
            if (
                parameter.name in IDS
            ):  # a view without a queryset has none to read it of
                parameter.type = openapi.TYPE_INTEGER
        return parameters


def _untitle(schema: Any) -> None:
    """Drop titles of nested objects, which clients take for names of models."""
    for inner in schema.get("properties", {}).values():
        if inner.get("type") == openapi.TYPE_OBJECT:
            inner.pop("title", None)
        _untitle(inner.get("items", inner))


def _require(schema: Any) -> None:
    """Mark properties that are always present, even if null.

    Read-only properties are in every answer, and only in answers. `x-omitempty` is
    go-swagger's; without it swagger-typescript-api too takes null for absent.
    """
    properties = schema.get("properties", {})
    read_only = [name for name in properties if properties[name].pop("readOnly", None)]
    if read_only:
        schema.required = [*schema.get("required", []), *read_only]
    for name in schema.get("required", []):
        if properties[name].get("x-nullable"):
            properties[name]["x-omitempty"] = False


def _name(reference: Any) -> str:
    return str(reference.get("$ref", "")).rpartition("/")[2]


def _close(schema: Any, definitions: Any) -> None:
    """Allow a body's objects only the fields that are described.

    Inline objects, such as a GeoJSON Point, may have more.
    """
    name = _name(schema)
    if not name:
        if "items" in schema:
            _close(schema["items"], definitions)
        return
    definitions[name]["additionalProperties"] = False
    for inner in definitions[name].get("properties", {}).values():
        _close(inner, definitions)
