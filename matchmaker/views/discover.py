"""The view of members to discover."""

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from matchmaker.authentication import MemberRequest
from matchmaker.reads.discover import DISCOVER
from project.lib.api.openapi import describe_list
from project.lib.api.views import APIView


class DiscoverView(APIView):
    tag = "sympathy"

    @describe_list(
        _("Discover members you have neither liked nor passed on, nearest first."),
        DISCOVER,
    )
    def get(self, request: MemberRequest) -> HttpResponseBase:
        return DISCOVER.respond(request)
