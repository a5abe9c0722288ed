"""Vector tiles of this project: its layers, and who may sign in how."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from events.tiles import EVENTS, ORGANIZATIONS
from matchmaker.authentication import (
    JWTAuthentication,
    SessionAuthentication,
    TokenAuthentication,
)
from matchmaker.basic_authentication import BasicAuthentication
from matchmaker.tiles import MEMBERS
from project.lib.api.openapi import describe
from project.lib.api.throttles import is_anonymous, throttled
from project.lib.tiles.answers import TileJson, layer_parameters, tile_parameters
from project.lib.tiles.urls import tile_urls
from project.lib.tiles.views import OfLayers, TileJsonView, TileView

LAYERS = {each.id: each for each in (MEMBERS, EVENTS, ORGANIZATIONS)}

UNCHANGED = _("You have this version of it (If-None-Match)")


class OurLayers(OfLayers):
    all_layers = LAYERS
    # Basic for map programs, last: a 401 must not open a browser's own sign-in, once
    # for each tile of a map.
    authentication_classes = [
        TokenAuthentication,
        JWTAuthentication,
        SessionAuthentication,
        BasicAuthentication,
    ]


class OurTileView(OurLayers, TileView):
    @describe(
        _("Read a vector tile of one or more layers."),
        {
            200: _(
                "A Mapbox Vector Tile 2.1. Each feature is a point with the count of "
                "what it stands for. Members are counted by cell, and up to zoom 11 by "
                "clusters of cells. Events and organizations are clusters up to zoom "
                "13; a single one has its id and title at every zoom. The counts of "
                "all tiles of a zoom add up to the list's count between 85.05° south "
                "and north. Each filter narrows the layers that have it; distance and "
                "in_bbox leave out what is outside of them"
            ),
            204: _("The tile is empty"),
            304: UNCHANGED,
        },
        query=tile_parameters(LAYERS.values()),
        errors=[404],
    )
    @throttled("open_tile", when=is_anonymous)
    def get(
        self, request: Request, layers: str, z: str, x: str, y: str
    ) -> HttpResponse:
        return self.answer(layers, z, x, y)


class OurTileJsonView(OurLayers, TileJsonView):
    @describe(
        _("Describe the tiles of one or more layers as TileJSON 3."),
        {200: TileJson},
        query=layer_parameters(LAYERS.values()),
        errors=[404],
    )
    @throttled("open_tile", when=is_anonymous)
    def get(self, request: Request, layers: str) -> HttpResponse:
        return self.answer(layers)


urlpatterns = tile_urls("api/tiles", OurTileView, OurTileJsonView)
