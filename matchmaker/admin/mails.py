"""Mails about matches: which are due, sent or given up, and what they say."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from matchmaker import mails, services
from matchmaker.admin.faces import linked
from matchmaker.admin.of_two import OfTwoAdmin
from matchmaker.models import MatchMail

STATES = {
    "due": (_("due"), Q(sent_at=None, given_up_at=None)),
    "sent": (_("sent"), Q(sent_at__isnull=False)),
    "given-up": (_("given up"), Q(sent_at=None, given_up_at__isnull=False)),
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, name) for state, (name, _rows) in STATES.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[MatchMail]
    ) -> QuerySet[MatchMail]:
        chosen = STATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(MatchMail)
class MatchMailAdmin(OfTwoAdmin):
    sides = ("member", "about")
    list_display = (
        "to", "about_whom", "state", "due_at", "sent_at", "attempts", "next_attempt",
    )  # fmt: skip
    list_display_links = ("state",)
    list_filter = (StateFilter, "due_at")
    actions = ("retry",)

    readonly_fields = ("to", "about_whom", "state", "next_attempt", "subject", "text")
    fieldsets = (
        (None, {"fields": ("to", "about_whom", "subject", "text")}),
        (
            _("State"),
            {
                "fields": (
                    "state", "due_at", "sent_at", "given_up_at", "attempts",
                    "next_attempt",
                )
            },
        ),
    )  # fmt: skip

    to = linked("member", _("to"))
    about_whom = linked("about", _("about"))

    @admin.display(description=_("state"))
    def state(self, mail: MatchMail) -> Any:
        if mail.sent_at:
            return STATES["sent"][0]
        return STATES["given-up" if mail.given_up_at else "due"][0]

    @admin.display(description=_("next attempt"))
    def next_attempt(self, mail: MatchMail) -> Any:
        is_due = mail.sent_at is None and mail.given_up_at is None
        return mail.next_attempt_at if is_due else self.get_empty_value_display()

    @admin.display(description=_("subject"))
    def subject(self, mail: MatchMail) -> str:
        return str(mails.match_mail(mail).subject)

    @admin.display(description=_("text"))
    def text(self, mail: MatchMail) -> str:
        return str(mails.match_mail(mail).body)

    @admin.action(description=_("Try those given up once more"), permissions=["act"])
    def retry(self, request: HttpRequest, rows: QuerySet[MatchMail]) -> None:
        retried = [mail for mail in rows if services.retry_match_mail(mail)]
        for mail in retried:
            self.log_change(request, mail, [{"changed": {"fields": ["given up"]}}])
        number = len(retried)
        text = ngettext("%d mail is due again.", "%d mails are due again.", number)
        level = messages.SUCCESS if retried else messages.WARNING
        self.message_user(request, text % number, level)
