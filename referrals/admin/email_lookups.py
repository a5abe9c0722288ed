"""The admin of Hunter's look-ups: what was asked about e-mails, and the answers."""

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin
from referrals import services
from referrals.models import EmailLookup


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"
    options: ClassVar[dict[str, tuple[Any, Q]]] = {
        "due": (
            pgettext_lazy("e-mail check", "due"),
            Q(done_at=None, given_up_at=None),
        ),
        "answered": (_("answered"), Q(done_at__isnull=False)),
        "given-up": (
            pgettext_lazy("e-mail check", "failed"),
            Q(given_up_at__isnull=False),
        ),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, name) for state, (name, _rows) in self.options.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[EmailLookup]
    ) -> QuerySet[EmailLookup]:
        chosen = self.options.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(EmailLookup)
class EmailLookupAdmin(OfMembersAdmin):
    list_display = ("who", "kind", "state", "status", "due_at", "done_at", "attempts")
    list_display_links = ("kind",)
    list_filter = (StateFilter, "kind", "status", "due_at")
    fields = (
        "who", "email", "kind", "state", "status", "in_full", "due_at", "done_at",
        "given_up_at", "attempts", "next_attempt",
    )  # fmt: skip
    readonly_fields = ("who", "state", "in_full", "attempts", "next_attempt")
    actions = ("ask_again",)
    who = display.linked("member", _("member"))

    @admin.display(description=_("state"))
    def state(self, lookup: EmailLookup) -> Any:
        if lookup.done_at:
            return StateFilter.options["answered"][0]
        return StateFilter.options["given-up" if lookup.given_up_at else "due"][0]

    @admin.display(description=_("in full"))
    def in_full(self, lookup: EmailLookup) -> str:
        if lookup.result is None:
            return self.get_empty_value_display()
        text = json.dumps(lookup.result, ensure_ascii=False, indent=2)
        return format_html("<pre>{}</pre>", text)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, lookup: EmailLookup) -> Any:
        is_due = not (lookup.done_at or lookup.given_up_at)
        return lookup.next_attempt_at if is_due else self.get_empty_value_display()

    @admin.action(description=_("Ask again"), permissions=["act"])
    def ask_again(self, request: HttpRequest, rows: QuerySet[EmailLookup]) -> None:
        asked = [lookup for lookup in rows if services.ask_again(lookup)]
        for lookup in asked:
            self.log_change(request, lookup, [{"changed": {"fields": ["due since"]}}])
        number = len(asked)
        text = ngettext(
            "%d question is due again.", "%d questions are due again.", number
        )
        level = messages.SUCCESS if asked else messages.WARNING
        self.message_user(request, text % number, level)
