"""URL patterns of OGC API - Features, for the collections that a project has."""

from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern

from project.lib.api.routes import endpoint
from project.lib.ogc import views
from project.lib.ogc.collections import Collection

ONE = r"/(?P<collection>[^/]+)"
ITEM = r"/(?P<pk>[^/]{1,30})"


def ogc_urls(
    base: str, collections: Mapping[str, Collection], **options: Any
) -> list[URLPattern]:
    """Return the patterns below `base`; `options` are attributes of all views."""
    paths = {
        "": ("landing", views.LandingView),
        "/conformance": ("conformance", views.ConformanceView),
        "/api": ("api", views.ApiView),
        "/collections": ("collections", views.CollectionsView),
        f"/collections{ONE}": ("collection", views.CollectionView),
        "/functions": ("functions", views.FunctionsView),
        f"/collections{ONE}/queryables": ("queryables", views.QueryablesView),
        f"/collections{ONE}/items": ("items", views.ItemsView),
        f"/collections{ONE}/items{ITEM}": ("item", views.ItemView),
    }
    return [
        endpoint(
            f"{base}{path}",
            view.as_view(collections=collections, **options),
            f"ogc-{name}",
        )
        for path, (name, view) in paths.items()
    ]
