"""The admin of messages: search, hide and show again.

Direct messages are private: staff reads them only if one of the two members has
reported the other.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chat import services
from chat.models import Message
from events.admin.filters import ChoiceFilter, Choices
from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin
from matchmaker.admin.search import phone_in

PREVIEW_MAX_LENGTH = 120


class HiddenFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"
    options: ClassVar[Choices] = {
        "shown": (_("shown"), Q(hidden_at=None)),
        "hidden": (_("hidden"), Q(hidden_at__isnull=False)),
    }


@admin.register(Message)
class MessageAdmin(OfMembersAdmin):
    sides = ("sender",)
    search_help_text = _(
        "A whole e-mail address or phone number of the sender, or part of "
        "the text. Direct messages are listed only if one of the two "
        "members has reported the other."
    )
    list_display = ("id", "where", "number", "who", "preview", "sent_at", "hidden_at")
    list_display_links = ("id",)
    list_filter = (HiddenFilter, "room__kind", "sent_at")
    linked_lookups = ("room",)  # for links from the page of a room
    fields = ("where", "number", "who", "text", "sent_at", "hidden_at")
    readonly_fields = ("where", "who")
    actions = ("hide", "unhide")
    where = display.linked("room", _("room"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        mine: Any = super().get_queryset(request)
        readable: QuerySet[Message] = mine.for_staff().select_related("room")
        return readable

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Messages are never deleted, so that numbers have no gaps."""
        return False

    def matching(self, term: str) -> Q:
        if "@" in term or phone_in(term):
            return super().matching(term)
        return Q(text__folded__finds=term)

    @admin.display(description=_("sender"))
    def who(self, message: Message) -> str:
        if message.sender is None:
            return self.get_empty_value_display()
        return display.link(message.sender)

    @admin.display(description=_("text"))
    def preview(self, message: Message) -> str:
        return truncatechars(message.text, PREVIEW_MAX_LENGTH)

    @admin.action(description=_("Hide"), permissions=["act"])
    def hide(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        number = self._change(request, chosen, services.hide_message)
        text = ngettext("%d message hidden.", "%d messages hidden.", number)
        self._tell(request, text, number)

    @admin.action(description=_("Show again"), permissions=["act"])
    def unhide(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        number = self._change(request, chosen, services.unhide_message)
        text = ngettext("%d message shown again.", "%d messages shown again.", number)
        self._tell(request, text, number)

    def _change(
        self,
        request: HttpRequest,
        chosen: QuerySet[Message],
        change: Callable[[Message], bool],
    ) -> int:
        changed = [message for message in chosen if change(message)]
        for message in changed:
            self.log_change(request, message, [{"changed": {"fields": ["hidden"]}}])
        return len(changed)

    def _tell(self, request: HttpRequest, text: str, number: int) -> None:
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, text % number, level)
