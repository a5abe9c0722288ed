"""Views of OGC API - Features, Part 1.

Their description is the OpenAPI 3.0 document that `api` answers, so drf-yasg's schema
leaves them out.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from project.lib.api.renderers import GeoJSONRenderer, JSONRenderer, Written
from project.lib.api.throttles import is_anonymous, throttled
from project.lib.api.views import APIView
from project.lib.ogc.collections import Collection
from project.lib.ogc.cql2.functions import FUNCTIONS
from project.lib.ogc.filters import CRS84
from project.lib.ogc.html import MEDIA_TYPE as HTML
from project.lib.ogc.html import FeaturesHtmlRenderer, HtmlRenderer
from project.lib.ogc.openapi3 import MEDIA_TYPE as OPENAPI
from project.lib.ogc.openapi3 import document
from project.lib.ogc.queryables import queryables_schema
from project.lib.page_policy import page_policy
from project.lib.reads.geojson import MEDIA_TYPE as GEOJSON
from project.lib.reads.pages import link
from project.lib.reads.streams import FORMS, STREAMS, is_streamed

TITLE = _("Matchmaker's map")
DESCRIPTION = _("Members, events and organizations, as features for map programs.")

PART_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
PART_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
CLASSES = {
    PART_1: ("core", "oas30", "html", "geojson"),
    PART_3: ("queryables", "filter", "features-filter"),
    CQL2: (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
        "basic-spatial-functions", "basic-spatial-functions-plus",
        "spatial-functions", "temporal-functions", "functions",
    ),
}  # fmt: skip
CONFORMS_TO = [f"{part}/{name}" for part, names in CLASSES.items() for name in names]
OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0"

JSON = "application/json"
SCHEMA = "application/schema+json"

# An id as items have it: int() would take 007 and other scripts' digits for it too.
CANONICAL = re.compile("[1-9][0-9]*")

# Leaflet writes HTML by itself, so trusted types cannot be required.
MAP_POLICY = page_policy(has_leaflet=True, has_form=True)


class OpenApiRenderer(JSONRenderer):
    media_type = OPENAPI
    format = "openapi"


class SchemaRenderer(JSONRenderer):
    media_type = SCHEMA
    format = "schema"


class OgcView(APIView):
    """A view of the API. `collections`: all that it has, by id, from the URLs."""

    swagger_schema = None
    collections: ClassVar[Mapping[str, Collection]] = {}
    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, HtmlRenderer]

    def url(self, name: str, **kwargs: Any) -> str:
        url: str = self.request.build_absolute_uri(
            reverse(f"ogc-{name}", kwargs=kwargs)
        )
        return url.removesuffix("/")

    def own_links(self) -> list[dict[str, str]]:
        """Return links to this answer, and to the same in other media types."""
        url: str = self.request.build_absolute_uri()
        used = self.request.accepted_renderer
        others = [
            link("alternate", replace_query_param(url, "format", each.format), kind)
            for each in self.get_renderers()
            if (kind := each.media_type) != used.media_type and kind not in FORMS
        ]
        return [link("self", url, used.media_type), *others]

    def links(self, *links: tuple[str, str, str]) -> list[dict[str, str]]:
        """Return these links, (rel, URL, media type), after those to this answer."""
        return [*self.own_links(), *(link(*each) for each in links)]

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(*args, **kwargs)
        if getattr(response, "accepted_media_type", None) == HTML:
            response.headers["Content-Security-Policy"] = MAP_POLICY
        return response


class LandingView(OgcView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        links = self.links(
            ("service-desc", self.url("api"), OPENAPI),
            ("conformance", self.url("conformance"), JSON),
            ("data", self.url("collections"), JSON),
            (f"{OGC_REL}/functions", self.url("functions"), JSON),
        )
        body = {"title": TITLE, "description": DESCRIPTION, "links": links}
        return Response(body)


class ConformanceView(OgcView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return Response({"conformsTo": CONFORMS_TO, "links": self.links()})


class ApiView(OgcView):
    permission_classes = [AllowAny]
    renderer_classes: Sequence[type[BaseRenderer]] = [OpenApiRenderer, HtmlRenderer]

    def get(self, request: Request) -> Response:
        return Response(document(self.url("landing"), TITLE, self.collections))


class CollectionsView(OgcView):
    """The collections that the caller may read; anonymous callers, the open ones."""

    def get_permissions(self) -> list[Any]:
        has_open = any(each.is_open() for each in self.collections.values())
        return [AllowAny() if has_open else IsAuthenticated()]

    @throttled("open_read", when=is_anonymous)
    def get(self, request: Request) -> Response:
        told = [
            collection_body(self, each)
            for each in self.collections.values()
            if each.is_open() or request.user.is_authenticated
        ]
        return Response({"links": self.links(), "collections": told})


class OfCollection(OgcView):
    """A view below one collection, by the id in its path. Anything else is a 404."""

    def get_permissions(self) -> list[Any]:
        found = self.collections.get(self.kwargs["collection"])
        may_all = found is not None and found.is_open()
        return [AllowAny() if may_all else IsAuthenticated()]

    def found(self) -> Collection:
        found = self.collections.get(self.kwargs["collection"])
        if found is None:
            raise Http404
        return found


class CollectionView(OfCollection):
    @throttled("open_read", when=is_anonymous)
    def get(self, request: Request, collection: str) -> Response:
        body = collection_body(self, self.found())
        return Response({**body, "links": [*self.links(), *body["links"]]})


class FunctionsView(OgcView):
    """Functions of filters besides those that CQL2 has itself."""

    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return Response({"functions": FUNCTIONS, "links": self.links()})


class QueryablesView(OfCollection):
    renderer_classes: Sequence[type[BaseRenderer]] = [SchemaRenderer, HtmlRenderer]

    def get(self, request: Request, collection: str) -> Response:
        found = self.found()
        url = self.url("queryables", collection=collection)
        queryables = found.items.queryables(request)
        return Response(queryables_schema(queryables, url, found.title))


class ItemsView(OfCollection):
    renderer_classes: Sequence[type[BaseRenderer]] = [
        GeoJSONRenderer,
        FeaturesHtmlRenderer,
    ]

    @throttled("stream", when=is_streamed)
    @throttled("open_read", when=is_anonymous)
    def get(self, request: Request, collection: str) -> HttpResponseBase:
        found = self.found()
        url = self.url("queryables", collection=collection)
        links = self.links((f"{OGC_REL}/queryables", url, SCHEMA))
        return found.items.respond_with(request, links)

    get.has_parameters = True  # type: ignore[attr-defined]  # its filterset checks them
    get.has_streams = True  # type: ignore[attr-defined]


class ItemView(OfCollection):
    renderer_classes: Sequence[type[BaseRenderer]] = [
        GeoJSONRenderer,
        FeaturesHtmlRenderer,
    ]

    @throttled("open_read", when=is_anonymous)
    def get(self, request: Request, collection: str, pk: str) -> Response:
        text = self.found().read(request, int(pk)) if CANONICAL.fullmatch(pk) else None
        if text is None:
            raise Http404
        described = self.url("collection", collection=collection)
        links = self.links(("collection", described, JSON))
        return Response(Written(f'{text[:-1]}, "links": {json.dumps(links)}}}'))


def collection_body(view: OgcView, collection: Collection) -> dict[str, Any]:
    url = view.url("items", collection=collection.id)
    described = view.url("collection", collection=collection.id)
    queryables = view.url("queryables", collection=collection.id)
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "links": [
            link("items", url, GEOJSON),
            *(link("items", f"{url}?format={f}", kind) for kind, f in STREAMS.items()),
            link("collection", described, JSON),
            link(f"{OGC_REL}/queryables", queryables, SCHEMA),
        ],
        "extent": collection.extent(view.request).written(),
        "itemType": "feature",
        "crs": [CRS84],
    }
