"""The HTML pages: each is its JSON, with links to follow and its features on a map."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from rest_framework.renderers import BaseRenderer

from project.lib.api.renderers import JSONRenderer

MEDIA_TYPE = "text/html"


class HtmlRenderer(BaseRenderer):
    media_type = MEDIA_TYPE
    format = "html"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        body = json.loads(JSONRenderer().render(data))
        features = body.get("features", [body] if "geometry" in body else [])
        inner = body.get("properties", {})
        titles = (body.get("title"), inner.get("title"), body.get("type"), "OGC API")
        title = next(filter(None, titles))
        context = {"title": title, "features": features, "body": _written(body)}
        if "features" in body and renderer_context:
            context |= _form(renderer_context["request"].query_params)
        return render_to_string("ogc.html", context).encode()


class FeaturesHtmlRenderer(HtmlRenderer):
    """A renderer of features; of fewer, because Python writes these pages."""

    writes_geojson = True
    items_max = 100


def _form(params: QueryDict) -> dict[str, Any]:
    """Return the form by which another filter is asked for, from the first page on."""
    kept = [each for each in params.items() if each[0] not in ("filter", "cursor")]
    return {"has_filter": True, "filter": params.get("filter", ""), "kept": kept}


def _written(value: Any) -> SafeString:
    """Return JSON as HTML: objects as lists of definitions, with links to follow."""
    if isinstance(value, dict):
        if "href" in value:
            return format_html(
                '<a href="{}" rel="{}">{} ({})</a>',
                value["href"],
                value.get("rel", ""),
                value.get("rel", ""),
                value.get("type", ""),
            )
        rows = ((name, _written(each)) for name, each in value.items())
        return format_html(
            "<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)
        )
    if isinstance(value, list):
        if not any(isinstance(each, dict | list) for each in value):
            return format_html("{}", ", ".join(map(_plain, value)))
        rows_of = ((_written(each),) for each in value)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows_of))
    return format_html("{}", _plain(value))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
