"""The admin of rooms, and of how much is written in them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from chat.models import Room
from events.models import Event, Organization
from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin
from matchmaker.admin.search import phone_in


@admin.register(Room)
class RoomAdmin(OfMembersAdmin):
    sides = ("low_member", "high_member")
    search_help_text = _(
        "A whole e-mail address or phone number of either member, or part of the "
        "event's or organization's title."
    )
    list_display = ("id", "kind", "of", "said", "created_at")
    list_display_links = ("id",)
    list_filter = ("kind", "created_at")
    fields = ("kind", "of", "said", "created_at")
    readonly_fields = ("of", "said")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        return super().get_queryset(request).select_related("event", "organization")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A room is deleted only together with what it belongs to."""
        return False

    def matching(self, term: str) -> Q:
        if "@" in term or phone_in(term):
            return super().matching(term)
        events = Event.objects.filter(title_folded__finds=term)
        organizations = Organization.objects.filter(title_folded__finds=term)
        return Q(event__in=events) | Q(organization__in=organizations)

    @admin.display(description=_("belongs to"))
    def of(self, room: Room) -> str:
        if room.low_member and room.high_member:
            return format_html(
                "{}, {}", display.link(room.low_member), display.link(room.high_member)
            )
        owner = room.event or room.organization
        return display.link(owner) if owner else self.get_empty_value_display()

    @admin.display(description=_("messages"))
    def said(self, room: Room) -> str:
        url = reverse("admin:chat_message_changelist")
        return format_html(
            '<a href="{}?room={}">{}</a>', url, room.pk, room.last_number
        )
