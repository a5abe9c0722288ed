"""Members to discover."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker import schema
from matchmaker.authentication import MemberRequest
from matchmaker.reads.discover import DISCOVER, DiscoverFilter
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.views import APIView


class DiscoverView(APIView):
    tag = "sympathy"

    @describe(
        _("Discover members you have neither liked nor passed on, nearest first."),
        {200: schema.ProfilePage},
        query=query_parameters(DiscoverFilter),
        geojson=schema.ProfileFeatureCollection,
    )
    def get(self, request: MemberRequest) -> Response:
        return DISCOVER.respond(request)
