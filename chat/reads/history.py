"""The list of a room's messages over HTTP, latest first."""

from typing import Any

from chat import constants
from chat.reads.filters import HistoryFilter
from chat.reads.messages import messages_before
from matchmaker.authentication import MemberRequest
from project.lib.reads.lists import List, path_id
from project.lib.reads.pages import Page


class History(List):
    """A room's messages; numbers have no gaps, so they tell which pages exist."""

    filterset = HistoryFilter

    def page(self, request: MemberRequest, given: dict[str, Any]) -> Page:
        """Return the page. Raises RoomUnknown."""
        before = int(given.get("before", constants.BIGINT_MAX))
        limit = int(given.get("limit", constants.HISTORY_LIMIT))
        messages, last = messages_before(
            request.user.pk, path_id(request), before=before, limit=limit
        )
        oldest = messages[-1].number if messages else 1
        newer = before + limit
        previous = None
        if before <= last:  # the first page has no `before`
            previous = {"before": newer if newer <= last else None}
        return Page(
            count=last,
            items=[message.shown() for message in messages],
            next={"before": oldest} if oldest > 1 else None,
            previous=previous,
        )


HISTORY = History()
