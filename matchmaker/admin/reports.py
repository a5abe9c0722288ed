"""The admin's queue of reports, the longest waiting first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from matchmaker import services
from matchmaker.admin import display
from matchmaker.admin.readonly import OfTwoAdmin
from matchmaker.admin.report_queue import Queue, StateFilter
from matchmaker.models import Member, Report

QUEUE = "admin:matchmaker_report_changelist"
OTHERS_MAX_ROWS = 20


@admin.register(Report)
class ReportAdmin(OfTwoAdmin):
    list_display = (
        "state", "reason", "reporter", "preview", "reported", "open_about", "created",
    )  # fmt: skip
    list_display_links = ("state", "reason")
    list_filter = (StateFilter, "reason", "created_at")
    ordering = ("id",)
    sortable_by = ("created",)
    search_help_text = _(
        "A whole e-mail address or phone number of either member, or part of the text."
    )
    actions = ("dismiss", "deactivate")

    readonly_fields = (
        "preview", "reported", "reported_contact", "reported_is_active", "reporter",
        "reporter_contact", "others",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("reason", "text", "created_at")}),
        (
            _("Reported member"),
            {
                "fields": (
                    "reported", "preview", "reported_contact", "reported_is_active",
                    "others",
                )
            },
        ),
        (_("Reporter"), {"fields": ("reporter", "reporter_contact")}),
        (_("State"), {"fields": ("state", "closed_at", "closed_by")}),
    )  # fmt: skip

    # Linked from the counts of reports about the same member.
    linked_lookups = ("to_member__id__exact",)

    reporter = display.linked("from_member", _("reporter"))
    reported = display.linked("to_member", _("reported member"))

    def has_deactivate_permission(self, request: HttpRequest) -> bool:
        members = self.admin_site.get_model_admin(Member)
        return self.has_act_permission(request) and members.has_change_permission(
            request
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Queue

    def matching(self, term: str) -> Q:
        return super().matching(term) | Q(text__folded__finds=term)

    @admin.display(description=_("avatar"))
    def preview(self, report: Report) -> str:
        return display.picture(report.to_member) or self.get_empty_value_display()

    @admin.display(description=_("open reports"))
    def open_about(self, report: Any) -> str:
        return format_html(
            '<a href="{}">{}</a>', _queue_about(report, "open"), report.open_about
        )

    @admin.display(description=_("created"), ordering="id")
    def created(self, report: Report) -> datetime:
        return report.created_at

    @admin.display(description=_("contact"))
    def reported_contact(self, report: Report) -> str:
        return display.contact(report.to_member)

    @admin.display(description=_("active"), boolean=True)
    def reported_is_active(self, report: Report) -> bool:
        return report.to_member.is_active

    @admin.display(description=_("contact"))
    def reporter_contact(self, report: Report) -> str:
        return display.contact(report.from_member)

    @admin.display(description=_("other reports about them"))
    def others(self, report: Report) -> str:
        """Return the latest other reports, and a link to all of them."""
        about = Report.objects.filter(to_member=report.to_member_id)
        others = about.exclude(pk=report.pk).select_related("from_member")
        rows = [
            (
                reverse("admin:matchmaker_report_change", args=[other.pk]),
                localize(localtime(other.created_at)),
                other.get_reason_display(),
                other.get_state_display(),
                other.from_member,
            )
            for other in others.order_by("-id")[:OTHERS_MAX_ROWS]
        ]
        if not rows:
            return self.get_empty_value_display()
        line = '<li><a href="{}">{}</a>: {}, {} ({})</li>'
        return format_html(
            '<ul>{}</ul><a href="{}">{}</a>',
            format_html_join("", line, rows),
            _queue_about(report, "all"),
            _("All reports about them"),
        )

    @admin.action(description=_("Dismiss"), permissions=["act"])
    def dismiss(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        number = self._close(request, reports, services.dismiss_report)
        text = ngettext("%d report dismissed.", "%d reports dismissed.", number)
        self._tell(request, text, number)

    @admin.action(
        description=_("Deactivate the member (hide, sign out)"),
        permissions=["deactivate"],
    )
    def deactivate(self, request: HttpRequest, reports: QuerySet[Report]) -> None:
        may = reports.filter(to_member__in=self._within_reach(request))
        if number := reports.count() - may.count():
            text = ngettext(
                "%d report was skipped: only superusers can deactivate staff.",
                "%d reports were skipped: only superusers can deactivate staff.",
                number,
            )
            self.message_user(request, text % number, messages.ERROR)
        number = self._close(request, may, services.deactivate_reported)
        text = ngettext("%d member deactivated.", "%d members deactivated.", number)
        self._tell(request, text, number)

    def _within_reach(self, request: HttpRequest) -> QuerySet[Member]:
        return self.admin_site.get_model_admin(Member).get_queryset(request)

    def _close(
        self,
        request: HttpRequest,
        reports: QuerySet[Report],
        close: Callable[..., bool],
    ) -> int:
        closed = [report for report in reports if close(report, by=request.user)]
        for report in closed:
            self.log_change(request, report, [{"changed": {"fields": ["state"]}}])
            if close is services.deactivate_reported:
                changed = [{"changed": {"fields": ["active"]}}]
                self.log_change(request, report.to_member, changed)
        return len(closed)

    def _tell(self, request: HttpRequest, text: str, number: int) -> None:
        level = messages.SUCCESS if number else messages.WARNING
        self.message_user(request, text % number, level)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the list's actions for this report, as buttons."""
        report: Report = kwargs["obj"]
        names = {"dismiss", "deactivate"} if report.state == "open" else set()
        if not self._within_reach(request).filter(pk=report.to_member_id).exists():
            names.discard("deactivate")
        choices = self.get_action_choices(request, default_choices=[])
        context["report_actions"] = [choice for choice in choices if choice[0] in names]
        return super().render_change_form(request, context, *args, **kwargs)


def _queue_about(report: Report, state: str) -> str:
    about = urlencode({"to_member__id__exact": report.to_member_id})
    return f"{reverse(QUEUE)}?state={state}&{about}"
