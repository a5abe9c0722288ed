"""Members to discover."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker import schema
from matchmaker.authentication import MemberRequest
from matchmaker.reads import discover
from project.lib.openapi import describe, query_parameters
from project.lib.reads.pages import page_response
from project.lib.renderers import GeoJSONRenderer, JSONRenderer
from project.lib.views import APIView


class DiscoverView(APIView):
    renderer_classes = [JSONRenderer, GeoJSONRenderer]
    tag = "sympathy"

    @describe(
        _("Discover members not judged yet, nearest first"),
        {200: schema.ProfilePage},
        query=query_parameters(discover.DiscoverFilter),
        geojson_too=True,
    )
    def get(self, request: MemberRequest) -> Response:
        page, order = discover.read_page(request)
        return page_response(request, page, order)
