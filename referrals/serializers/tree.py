"""Fields of the tree of invited members, and its parameter."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.display_names import DisplayNameField
from project.lib.reads.filters import NumberFilter
from project.lib.reads.parameters import CompiledFilterSet
from referrals.constants import TREE_DEPTH_MAX
from referrals.models import Referral


class TreeFilter(CompiledFilterSet):
    depth = NumberFilter(
        min_value=1,
        max_value=TREE_DEPTH_MAX,
        decimal_places=0,
        help_text=_("How many levels to go down"),
    )

    class Meta:
        model = Referral
        fields: list[str] = []


class Level(serializers.Serializer):
    level = serializers.IntegerField(
        min_value=1, max_value=TREE_DEPTH_MAX, help_text=_("1: invited by you")
    )
    count = serializers.IntegerField(min_value=0)


class Branch(serializers.Serializer):
    id = serializers.IntegerField()
    first_name = DisplayNameField()
    level = serializers.IntegerField(min_value=1, max_value=TREE_DEPTH_MAX)
    invited_by = serializers.IntegerField(
        help_text=_("Your id, or the id of another member of the tree")
    )
    activated_at = serializers.DateTimeField()


class Tree(serializers.Serializer):
    depth = serializers.IntegerField(min_value=1, max_value=TREE_DEPTH_MAX)
    total = serializers.IntegerField(min_value=0)
    count_capped = serializers.BooleanField(
        help_text=_("Whether there are more; only the nearest 1,000 are counted")
    )
    levels = Level(many=True)
    members = Branch(
        many=True,
        help_text=_("At most 1,000, the nearest levels first"),
    )
    truncated = serializers.BooleanField(
        help_text=_("Whether the list leaves out some of the counted members")
    )
