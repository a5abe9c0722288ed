"""The admin of attendance. A spot that is taken away goes to the next in line."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events.admin.filters import LineFilter
from events.models import Attendance, Event
from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin
from matchmaker.admin.search import phone_in


@admin.register(Attendance)
class AttendanceAdmin(OfMembersAdmin):
    search_help_text = _(
        "A whole e-mail address or phone number of the member, or part of the event's "
        "title."
    )
    list_display = ("who", "where", "state", "created_at", "promoted_at")
    list_display_links = ("created_at",)
    list_filter = (LineFilter, "created_at")
    linked_lookups = ("event__id__exact",)  # when it comes from an event's page
    fields = ("who", "where", "state", "created_at", "promoted_at", "told_at")
    readonly_fields = ("state", "who", "where")
    who = display.linked("member", _("member"))
    where = display.linked("event", _("event"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendance]:
        return super().get_queryset(request).select_related("event")

    def matching(self, term: str) -> Q:
        if "@" in term or phone_in(term):
            return super().matching(term)
        return Q(event__in=Event.objects.filter(title_folded__finds=term))

    @admin.display(description=_("state"))
    def state(self, attendance: Attendance) -> Any:
        state = "waiting" if attendance.is_waiting else "attending"
        return LineFilter.options[state][0]
