"""The admin of mails to named members, and of members who left organizations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.invitations import MailFilter
from events.models import Departure, NamingMail
from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin


@admin.register(NamingMail)
class NamingMailAdmin(OfMembersAdmin):
    list_display = ("who", "where", "state", "due_at", "sent_at")
    list_display_links = ("state",)
    list_filter = (MailFilter, "due_at")
    fields = (
        "who", "where", "state", "due_at", "sent_at", "given_up_at", "attempts",
        "next_attempt_at",
    )  # fmt: skip
    readonly_fields = ("who", "where", "state")
    who = display.linked("member", _("to"))
    where = display.linked("organization", _("organization"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[NamingMail]:
        return super().get_queryset(request).select_related("organization")

    @admin.display(description=_("state"))
    def state(self, mail: NamingMail) -> Any:
        if mail.sent_at:
            return MailFilter.options["sent"][0]
        return MailFilter.options["given-up" if mail.given_up_at else "due"][0]


@admin.register(Departure)
class DepartureAdmin(OfMembersAdmin):
    """Departures cannot be deleted: only members may allow to be named there again."""

    list_display = ("who", "where", "left_at", "asked_back_at")
    list_display_links = ("left_at",)
    list_filter = ("left_at",)
    fields = ("who", "where", "left_at", "asked_back_at")
    readonly_fields = ("who", "where")
    who = display.linked("member", _("member"))
    where = display.linked("organization", _("organization"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Departure]:
        return super().get_queryset(request).select_related("organization")
