"""Whom a member has invited."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker.authentication import MemberRequest
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.views import APIView
from referrals.reads.filters import PagingOnly
from referrals.reads.referrals import REFERRALS, require_known
from referrals.serializers import profiles as shapes


class ReferralsView(APIView):
    tag = "referrals"
    operation = "v1_users_referrals"

    @describe(
        _("List the members whom a member has invited."),
        {200: shapes.ReferralPage},
        errors=[404],
        query=query_parameters(PagingOnly),
    )
    def get(self, request: MemberRequest, pk: str) -> Response:
        require_known(request.user, int(pk))
        return REFERRALS.respond(request)
