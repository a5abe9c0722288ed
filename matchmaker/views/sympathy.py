"""Views of what a member decides about another: like, pass, block, report."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.response import Response

from matchmaker import serializers, services
from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import has_valid_body, validated
from project.lib.api.openapi import describe
from project.lib.api.throttles import throttled
from project.lib.api.views import ViewSet


class SympathyViewSet(ViewSet):
    tag = "sympathy"

    @throttled("like")
    @describe(
        _("Like a member."),
        {
            200: serializers.Sympathy,
            201: serializers.Sympathy,
        },
        errors=[400, 404],
    )
    def like(self, request: MemberRequest, pk: str) -> Response:
        sympathy, is_new = services.like_member(request.user, int(pk))
        created = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(serializers.Sympathy(sympathy).data, created)

    @describe(
        _("Read whether you like a member and whether it is a match."),
        {200: serializers.Sympathy},
        errors=[400, 404],
    )
    def match(self, request: MemberRequest, pk: str) -> Response:
        sympathy = services.read_sympathy(request.user, int(pk))
        return Response(serializers.Sympathy(sympathy).data)

    @describe(
        _("Withdraw a like, and the match with it."),
        {204: _("Like withdrawn")},
        errors=[400, 404],
    )
    def unlike(self, request: MemberRequest, pk: str) -> Response:
        services.withdraw_like(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(
        _("Block a member, so that you no longer see each other."),
        {204: _("Blocked")},
        errors=[400, 404],
    )
    def block(self, request: MemberRequest, pk: str) -> Response:
        services.block_member(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(_("Unblock a member."), {204: _("Unblocked")}, errors=[400, 404])
    def unblock(self, request: MemberRequest, pk: str) -> Response:
        services.unblock_member(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(
        _("Pass on a member, so that you do not discover them again."),
        {204: _("Passed on")},
        errors=[400, 404],
    )
    def put_away(self, request: MemberRequest, pk: str) -> Response:
        services.pass_member(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(
        _("Take back a pass, so that you may discover the member again."),
        {204: _("Pass taken back")},
        errors=[400, 404],
    )
    def bring_back(self, request: MemberRequest, pk: str) -> Response:
        services.bring_back_member(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @throttled("report", when=has_valid_body(serializers.NewReport))
    @describe(
        _("Report a member to the staff."),
        {201: serializers.SentReport},
        body=serializers.NewReport,
        errors=[404],
    )
    def report(self, request: MemberRequest, pk: str) -> Response:
        given = validated(serializers.NewReport, request)
        report = services.report_member(request.user, int(pk), **given)
        return Response(serializers.SentReport(report).data, status.HTTP_201_CREATED)
