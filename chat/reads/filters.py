"""Query parameters of the chat's lists."""

from django.utils.translation import gettext_lazy as _

from chat import constants
from project.lib.reads.filters import NumberFilter
from project.lib.reads.parameters import CompiledFilterSet


class HistoryFilter(CompiledFilterSet):
    before = NumberFilter(
        min_value=1,
        max_value=constants.BIGINT_MAX,
        decimal_places=0,
        help_text=_("Only messages with a lower id"),
    )
    limit = NumberFilter(
        min_value=1,
        max_value=constants.HISTORY_LIMIT_MAX,
        decimal_places=0,
        help_text=_("Messages per page"),
    )
