"""The view of the members whom a member has invited."""

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from matchmaker.authentication import MemberRequest
from project.lib.api.openapi import describe_list
from project.lib.api.views import APIView
from referrals.reads.referrals import REFERRALS, require_known


class ReferralsView(APIView):
    tag = "referrals"
    operation = "v1_users_referrals"

    @describe_list(
        _("List the members whom a member has invited."), REFERRALS, errors=[404]
    )
    def get(self, request: MemberRequest, pk: str) -> HttpResponseBase:
        require_known(request.user, int(pk))
        return REFERRALS.respond(request)
