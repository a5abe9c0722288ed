"""The admin of mails that ask owners whether their organizations host an event."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.filters import ChoiceFilter, Choices
from events.models import InvitationMail
from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin


class MailFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"
    options: ClassVar[Choices] = {
        "due": (_("due"), Q(sent_at=None, given_up_at=None)),
        "sent": (_("sent"), Q(sent_at__isnull=False)),
        "given-up": (_("failed"), Q(given_up_at__isnull=False)),
    }


@admin.register(InvitationMail)
class InvitationMailAdmin(OfMembersAdmin):
    list_display = ("who", "whose", "where", "state", "due_at", "sent_at")
    list_display_links = ("state",)
    list_filter = (MailFilter, "due_at")
    fields = (
        "who", "whose", "where", "state", "due_at", "sent_at", "given_up_at",
        "attempts", "next_attempt_at",
    )  # fmt: skip
    readonly_fields = ("who", "whose", "where", "state")
    who = display.linked("member", _("to"))
    whose = display.linked("organization", _("organization"))
    where = display.linked("event", _("event"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[InvitationMail]:
        return super().get_queryset(request).select_related("organization", "event")

    @admin.display(description=_("state"))
    def state(self, mail: InvitationMail) -> Any:
        if mail.sent_at:
            return MailFilter.options["sent"][0]
        return MailFilter.options["given-up" if mail.given_up_at else "due"][0]
