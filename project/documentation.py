"""The schema and its pages, each written once per process and language.

Writing the schema takes half a second of a web thread, and anybody may ask for it.
"""

from dataclasses import dataclass
from hashlib import md5
from threading import Lock
from typing import Any

from django.core.signals import setting_changed
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.encoding import force_bytes
from django.utils.translation import get_language
from drf_yasg.renderers import (
    OpenAPIRenderer,
    ReDocRenderer,
    SwaggerJSONRenderer,
    SwaggerUIRenderer,
    SwaggerYAMLRenderer,
)
from rest_framework.permissions import AllowAny
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from project.lib.api.views import APIView
from project.schema import INFO, Generator

PAGE = "text/html"
SCHEMAS = [SwaggerYAMLRenderer, SwaggerJSONRenderer, OpenAPIRenderer]


@dataclass(frozen=True)
class Document:
    content: bytes
    content_type: str
    etag: str


# By renderer and language, so there are ten of them at most: nothing else of a request
# has a part in what is written.
_documents: dict[tuple[type[BaseRenderer], str | None], Document] = {}
_writing = Lock()

# The settings that documents are written from.
_SETTINGS = {"REST_FRAMEWORK", "ROOT_URLCONF", "STORAGES", "SWAGGER_SETTINGS"}


class DocumentView(APIView):
    """A view of the schema, or of a page that shows it."""

    authentication_classes = []
    permission_classes = [AllowAny]
    schema = None  # of the schema itself, for DRF
    cache_control = "no-cache"

    def get(self, request: Request) -> HttpResponse:
        document = _document(request.accepted_renderer)
        response = get_conditional_response(request, etag=document.etag)
        if response is None:
            response = HttpResponse(document.content, document.content_type)
        response["ETag"] = document.etag
        return response

    def refuses(self, request: Request) -> bool:
        # People reach these pages by all kinds of links, so any parameter is allowed.
        return request.accepted_renderer.media_type != PAGE


swagger_ui = DocumentView.as_view(
    renderer_classes=[SwaggerUIRenderer, ReDocRenderer, *SCHEMAS]
)
redoc = DocumentView.as_view(
    renderer_classes=[ReDocRenderer, SwaggerUIRenderer, *SCHEMAS]
)
swagger_json = DocumentView.as_view(renderer_classes=[SwaggerJSONRenderer])


def _document(renderer: BaseRenderer) -> Document:
    key = (type(renderer), get_language())
    if key not in _documents:
        with _writing:  # requests that come meanwhile wait for this one document
            if key not in _documents:
                _documents[key] = _write(renderer)
    return _documents[key]


def _write(renderer: BaseRenderer) -> Document:
    """Return the renderer's document in the current language, for any request."""
    # A page has only the schema's title, and fetches the rest.
    patterns: list[Any] | None = [] if renderer.media_type == PAGE else None
    schema = Generator(INFO, url="", patterns=patterns).get_schema(public=True)
    content = force_bytes(
        renderer.render(schema, renderer.media_type, {"request": None})
    )
    return Document(
        content,
        f"{renderer.media_type}; charset={renderer.charset}",
        f'"{md5(content, usedforsecurity=False).hexdigest()}"',
    )


def _forget(*, setting: str, **_signal: Any) -> None:
    """Forget all documents if a test changes what they are written from."""
    if setting in _SETTINGS:
        _documents.clear()


setting_changed.connect(_forget, dispatch_uid="project.documentation")
