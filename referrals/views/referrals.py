"""Whom a member has invited."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker.authentication import MemberRequest
from project.lib.openapi import describe, query_parameters
from project.lib.reads.pages import page_response
from project.lib.views import APIView
from referrals.reads import profiles
from referrals.reads import referrals as lists
from referrals.serializers import profiles as shapes


class ReferralsView(APIView):
    tag = "referrals"

    @describe(
        _("List whom a member has invited"),
        {200: shapes.ReferralPage},
        errors=[404],
        query=query_parameters(profiles.PagingOnly),
    )
    def get(self, request: MemberRequest, pk: str) -> Response:
        page = lists.read_referrals(request, int(pk))
        return page_response(request, page, lists.LATEST_FIRST)
