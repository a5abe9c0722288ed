"""The view of the tree of members whom a member has invited."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker.authentication import MemberRequest
from project.lib.api.openapi import describe, query_parameters
from project.lib.api.renderers import Written
from project.lib.api.views import APIView
from referrals.constants import TREE_DEPTH_MAX
from referrals.reads.tree import read_tree
from referrals.serializers.tree import Tree, TreeFilter


class TreeView(APIView):
    tag = "referrals"

    @describe(
        _("Read the tree of members that grew from your invitations."),
        {200: Tree},
        query=query_parameters(TreeFilter),
    )
    def get(self, request: MemberRequest) -> Response:
        given = TreeFilter.read(request.query_params)
        depth = int(given.get("depth", TREE_DEPTH_MAX))
        return Response(Written(read_tree(request.user, depth)))
