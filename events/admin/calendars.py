"""The admin of calendar feeds: it shows who has an address, never the address."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import actions
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from events import services
from events.models import CalendarFeed
from matchmaker.admin import display
from matchmaker.admin.readonly import OfMembersAdmin


@admin.register(CalendarFeed)
class CalendarFeedAdmin(OfMembersAdmin):
    list_display = ("who", "created_at")
    list_display_links = ("created_at",)
    list_filter = ("created_at",)
    fields = ("who", "filters", "created_at")
    readonly_fields = ("who", "filters")
    actions = ("delete_selected",)
    who = display.linked("member", _("member"))

    @admin.action(
        description=_("Revoke (the address stops working)"),
        permissions=["delete"],
    )
    def delete_selected(
        self, request: HttpRequest, feeds: QuerySet[CalendarFeed]
    ) -> HttpResponseBase | None:
        return actions.delete_selected(self, request, feeds)

    def delete_model(self, request: HttpRequest, obj: CalendarFeed) -> None:
        services.revoke_feed(obj.member_id)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[CalendarFeed]
    ) -> None:
        for feed in queryset:
            self.delete_model(request, feed)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        counts = {str(self.opts.verbose_name_plural): len(objs)}
        return [str(feed.member) for feed in objs], counts, set(), []
