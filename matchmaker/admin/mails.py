"""The admin of mails to members: due, sent or failed, and their texts."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from matchmaker import mails, services
from matchmaker.admin.display import linked
from matchmaker.admin.readonly import OfMembersAdmin, OfTwoAdmin
from matchmaker.models import AccountMail, MatchMail

STATES = {
    "due": (_("due"), Q(sent_at=None, given_up_at=None)),
    "sent": (_("sent"), Q(sent_at__isnull=False)),
    "given-up": (_("failed"), Q(sent_at=None, given_up_at__isnull=False)),
}


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, name) for state, (name, _rows) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = STATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


class MailAdmin(OfMembersAdmin):
    """Admin of mail rows: `written` makes the mail, `tried_again` has it sent."""

    written: ClassVar[Callable[[Any], EmailMessage]]
    tried_again: ClassVar[Callable[[Any], bool]]

    list_display_links = ("state",)
    actions = ("retry",)

    @admin.display(description=_("state"))
    def state(self, mail: Any) -> Any:
        if mail.sent_at:
            return STATES["sent"][0]
        return STATES["given-up" if mail.given_up_at else "due"][0]

    @admin.display(description=_("next attempt"))
    def next_attempt(self, mail: Any) -> Any:
        is_due = mail.sent_at is None and mail.given_up_at is None
        return mail.next_attempt_at if is_due else self.get_empty_value_display()

    @admin.display(description=_("subject"))
    def subject(self, mail: Any) -> str:
        return str(type(self).written(mail).subject)

    @admin.display(description=_("text"))
    def text(self, mail: Any) -> str:
        return str(type(self).written(mail).body)

    @admin.action(description=_("Try failed mails again"), permissions=["act"])
    def retry(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        retried = [mail for mail in rows if type(self).tried_again(mail)]
        for mail in retried:
            self.log_change(request, mail, [{"changed": {"fields": ["failed at"]}}])
        number = len(retried)
        text = ngettext("%d mail is due again.", "%d mails are due again.", number)
        level = messages.SUCCESS if retried else messages.WARNING
        self.message_user(request, text % number, level)


STATE_FIELDS = (
    "state", "due_at", "sent_at", "given_up_at", "attempts", "next_attempt",
)  # fmt: skip


@admin.register(MatchMail)
class MatchMailAdmin(MailAdmin, OfTwoAdmin):
    written = mails.match_mail
    tried_again = services.retry_match_mail
    sides = ("member", "about")
    list_display = (
        "to", "about_whom", "state", "due_at", "sent_at", "attempts", "next_attempt",
    )  # fmt: skip
    list_filter = (StateFilter, "due_at")

    readonly_fields = ("to", "about_whom", "state", "next_attempt", "subject", "text")
    fieldsets = (
        (None, {"fields": ("to", "about_whom", "subject", "text")}),
        (_("State"), {"fields": STATE_FIELDS}),
    )

    to = linked("member", _("to"))
    about_whom = linked("about", _("about"))


@admin.register(AccountMail)
class AccountMailAdmin(MailAdmin):
    written = mails.account_mail_without_link
    tried_again = services.retry_account_mail
    list_display = (
        "who", "kind", "state", "due_at", "sent_at", "attempts", "next_attempt",
    )  # fmt: skip
    list_filter = (StateFilter, "kind", "due_at")

    readonly_fields = ("who", "state", "next_attempt", "subject", "text")
    fieldsets = (
        (None, {"fields": ("who", "email", "kind", "subject", "text")}),
        (_("State"), {"fields": STATE_FIELDS}),
    )

    who = linked("member", _("member"))
