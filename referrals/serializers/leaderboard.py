"""Fields of the leaderboard: its parameter, its answer, and one's own setting."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from project.lib.reads.parameters import CompiledFilterSet
from referrals.models import Referral
from referrals.reads.leaderboard import Period, Standing


class LeaderboardFilter(CompiledFilterSet):
    period = django_filters.ChoiceFilter(
        choices=Period.choices,
        help_text=_("The last 7 or 30 days, or all time (the default)"),
    )

    class Meta:
        model = Referral
        fields: list[str] = []


class Leaderboard(serializers.Serializer):
    period = serializers.ChoiceField(Period.values)
    counted_at = serializers.DateTimeField(
        help_text=_("When it was counted, at most a few minutes ago")
    )
    results = Standing(many=True, help_text=_("At most 100 members"))


_TEXTS = {"true": True, "false": False}


class TrueOrFalse(serializers.BooleanField):
    """A strict boolean: no 0, "no" or "off"; in a form the words true and false."""

    @staticmethod
    def from_text(text: str) -> Any:
        """Return the value of a form's text (`project.lib.api.forms`)."""
        return _TEXTS.get(text, text)

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Listing(serializers.Serializer):
    listed = TrueOrFalse(help_text=_("Whether the leaderboard may show you"))
