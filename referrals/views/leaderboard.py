"""Views of the leaderboard, and of whether it may show the caller."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.renderers import Written
from project.lib.api.views import APIView, ViewSet
from referrals import services
from referrals.models import Unlisted
from referrals.reads.leaderboard import Period, read_leaderboard
from referrals.serializers.leaderboard import Leaderboard, LeaderboardFilter, Listing


class LeaderboardView(APIView):
    tag = "referrals"

    @describe(
        _("Read who has invited the most members."),
        {200: Leaderboard},
        query=query_parameters(LeaderboardFilter),
    )
    def get(self, request: MemberRequest) -> Response:
        given = LeaderboardFilter.read(request.query_params)
        period = Period(given.get("period", Period.ALL))
        return Response(Written(read_leaderboard(request.user, period)))


class ListingViewSet(ViewSet):
    tag = "referrals"

    @describe(_("Read whether the leaderboard may show you."), {200: Listing})
    def retrieve(self, request: MemberRequest) -> Response:
        is_unlisted = Unlisted.objects.filter(member=request.user).exists()
        return Response({"listed": not is_unlisted})

    @describe(
        _("Choose whether the leaderboard may show you."),
        {200: Listing},
        body=Listing,
    )
    def partial_update(self, request: MemberRequest) -> Response:
        given = validated(Listing, request)
        services.set_listed(request.user, given["listed"])
        return Response(given)
