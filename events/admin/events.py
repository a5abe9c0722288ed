"""The admin of events: search, view, create, change, cancel."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from events import services
from events.admin.filters import (
    STATES,
    FilteredByOrganization,
    OrganizationsFilter,
    StateFilter,
    WhenFilter,
)
from events.admin.forms import EventForm
from events.models import Attendance, Event, EventOrganization, Status
from matchmaker.admin import display
from matchmaker.admin.domain_errors import RefusalsAdmin
from matchmaker.admin.pagination import ManyRowsAdmin
from matchmaker.admin.places import PlaceAdmin

LIST = "admin:events_event_changelist"


@admin.register(Event)
class EventAdmin(
    RefusalsAdmin,
    FilteredByOrganization,
    ManyRowsAdmin,
    PlaceAdmin,
):
    form = EventForm

    list_display = ("thumb", "title", "when", "state", "places", "hosts")
    list_display_links = ("thumb", "title")
    ordering = ("-id",)
    sortable_by = ("when",)
    date_hierarchy = "date"
    list_filter = (
        StateFilter,
        WhenFilter,
        OrganizationsFilter,
        ("location", admin.EmptyFieldListFilter),
        ("image", admin.EmptyFieldListFilter),
    )
    search_fields = ("title_folded__finds",)
    search_help_text = _("Part of the title.")
    actions = ("delete_selected",)

    readonly_fields = (
        "poster", "attending", "state", "made_by", "created_at", "publish_at",
        "published_at", "changed_at", "cancelled_at", "calendar_id", "version",
    )  # fmt: skip
    add_fieldsets = (
        (None, {"fields": ("title", "description", "hosts", "invited", "picture")}),
        (_("When and where"), {"fields": ("date", "is_all_day", "location")}),
        (_("Spots"), {"fields": ("capacity",)}),
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "state", "title", "description", "hosts", "invited", "poster",
                    "picture",
                )
            },
        ),
        (_("When and where"), {"fields": ("date", "is_all_day", "location")}),
        (_("Spots"), {"fields": ("capacity", "attending")}),
        (
            _("History"),
            {
                "fields": (
                    "made_by", "created_at", "publish_at", "published_at",
                    "changed_at", "cancelled_at", "calendar_id", "version",
                )
            },
        ),
    )  # fmt: skip

    class Media:
        css = {"screen": ("matchmaker/admin.css", "events/admin.css")}

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        named = EventOrganization.objects.select_related("organization").only(
            "event", "status", "organization__title"
        )
        events: QuerySet[Event] = super().get_queryset(request)
        return events.prefetch_related(
            Prefetch("event_organizations", named.order_by("organization"))
        )

    def has_change_permission(
        self, request: HttpRequest, obj: Event | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and _is_on(obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Event | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) and _is_on(obj)

    # --- what is shown ----------------------------------------------------------------

    @admin.display(description=_("picture"))
    def thumb(self, event: Event) -> str:
        return display.image(event.thumbnail) or self.get_empty_value_display()

    @admin.display(description=_("picture"))
    def poster(self, event: Event) -> str:
        return display.image(event.image) or self.get_empty_value_display()

    @admin.display(description=_("date"), ordering="date")
    def when(self, event: Event) -> str:
        if event.date is None:
            return self.get_empty_value_display()
        style = "DATE_FORMAT" if event.is_all_day else "DATETIME_FORMAT"
        return date_format(localtime(event.date), style)

    @admin.display(description=_("state"))
    def state(self, event: Event) -> Any:
        if event.cancelled_at:
            return STATES["cancelled"][0]
        return STATES["published" if event.published_at else "scheduled"][0]

    @admin.display(description=_("attendees"))
    def places(self, event: Event) -> str:
        taken = str(event.attendees)
        return taken if event.capacity is None else f"{taken} / {event.capacity}"

    @admin.display(description=_("organizations"))
    def hosts(self, event: Event) -> str:
        return self._linked(event, Status.CONFIRMED)

    @admin.display(description=_("invited organizations"))
    def invited(self, event: Event) -> str:
        return self._linked(event, Status.INVITED)

    def _linked(self, event: Event, status: Status) -> str:
        named = [row for row in event.event_organizations.all() if row.status == status]
        links = [(display.link(row.organization),) for row in named]
        return format_html_join(", ", "{}", links) or self.get_empty_value_display()

    @admin.display(description=_("attendees"))
    def attending(self, event: Event) -> str:
        waiting = Attendance.objects.filter(event=event, is_waiting=True).count()
        return format_html(
            '<a href="{}?event__id__exact={}">{}</a>',
            reverse("admin:events_attendance_changelist"),
            event.pk,
            _("%(attending)d attending, %(waiting)d on the waiting list")
            % {"attending": event.attendees, "waiting": waiting},
        )

    @admin.display(description=_("creator"))
    def made_by(self, event: Event) -> str:
        if event.creator is None:
            return self.get_empty_value_display()
        return display.link(event.creator)

    @admin.display(description=_("id in calendars"))
    def calendar_id(self, event: Event) -> str:
        return str(event.uid)

    @admin.display(description=_("version in calendars"))
    def version(self, event: Event) -> int:
        return event.sequence

    # --- what is written --------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: Event, form: Any, change: bool
    ) -> None:
        given, standing = form.event(), form.standing()
        member: Any = request.user
        if not change:
            obj.pk = services.create_event(member, standing=standing, **given).pk
        elif given:
            services.change_event(member, obj.pk, standing=standing, **given)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """The organizations are saved with the event."""

    def delete_model(self, request: HttpRequest, obj: Event) -> None:
        member: Any = request.user
        services.delete_event(member, obj.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        counts = {str(self.opts.verbose_name_plural): len(objs)}
        return [str(event) for event in objs], counts, set(), []

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponseRedirect:
        self._tell_cancelled(request, 1)
        return HttpResponseRedirect(reverse(LIST))

    @admin.action(description=_("Cancel the selected events"), permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, events: QuerySet[Event]
    ) -> HttpResponseBase | None:
        going = events.filter(cancelled_at=None)
        if not request.POST.get("post"):
            return actions.delete_selected(self, request, going)
        with transaction.atomic():
            self.log_deletions(request, going)
            for event in going:
                self.delete_model(request, event)
        self._tell_cancelled(request, len(going))
        return None

    def _tell_cancelled(self, request: HttpRequest, number: int) -> None:
        text = ngettext("%d event cancelled.", "%d events cancelled.", number)
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, text % number, level)


def _is_on(event: Event | None) -> bool:
    return event is None or event.cancelled_at is None
