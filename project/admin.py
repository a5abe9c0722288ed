"""The admin's list of tasks that workers have run, from django-dramatiq's table."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_dramatiq import admin as library
from django_dramatiq.models import Task

from matchmaker.admin.pagination import ManyRowsAdmin
from project.lib.background import due

STATES = {
    Task.STATUS_RUNNING: pgettext_lazy("task", "running"),
    Task.STATUS_DONE: pgettext_lazy("task", "done"),
    Task.STATUS_FAILED: pgettext_lazy("task", "failed"),
    Task.STATUS_SKIPPED: pgettext_lazy("task", "skipped"),
}


def work_of(actor_name: str | None) -> due.Work | None:
    works = due.KINDS.values()
    return next((w for w in works if w.actor.actor_name == actor_name), None)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STATES.items())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Task]
    ) -> QuerySet[Task]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class WorkFilter(admin.SimpleListFilter):
    title = _("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, work.title) for name, work in due.KINDS.items()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Task]
    ) -> QuerySet[Task]:
        work = due.KINDS.get(self.value() or "")
        return queryset.filter(actor_name=work.actor.actor_name) if work else queryset


def title_of(task: Task) -> str:
    """Return what the task did, and the id of the row that asked for it."""
    work = work_of(task.actor_name)
    if work is None:
        return str(task.message)
    return f"{work.title}: {', '.join(map(str, task.message.args))}"


# Shown in breadcrumbs, titles and histories; the library's own is a Python call.
Task.__str__ = title_of
admin.site.unregister(Task)


@admin.register(Task)
class TaskAdmin(ManyRowsAdmin, library.TaskAdmin):
    """The library's read-only admin, with the escaping that it lacks."""

    list_display = ("work", "state", "started_at", "changed_at", "seconds")
    list_filter = (StateFilter, WorkFilter)
    search_fields = ()
    sortable_by = ()
    fields = ("work", "row", "state", "started_at", "changed_at", "seconds", "raised")
    readonly_fields = fields

    @admin.display(description=_("work"))
    def work(self, task: Task) -> str:
        return title_of(task)

    @admin.display(description=_("object"))
    def row(self, task: Task) -> SafeString | str:
        """Link to the row that asked for the work, without showing any of its data."""
        work = work_of(task.actor_name)
        if work is None or not admin.site.is_registered(work.model):
            return self.get_empty_value_display()
        (pk,) = task.message.args
        meta = work.model._meta
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
        return format_html('<a href="{}">{} {}</a>', page, meta.verbose_name, pk)

    @admin.display(description=_("state"))
    def state(self, task: Task) -> Any:
        return STATES.get(task.status, task.status)

    @admin.display(description=_("started"))
    def started_at(self, task: Task) -> Any:
        return task.created_at

    @admin.display(description=_("last change"))
    def changed_at(self, task: Task) -> Any:
        return task.updated_at

    @admin.display(description=_("seconds"))
    def seconds(self, task: Task) -> Any:
        if task.status == Task.STATUS_RUNNING:
            return self.get_empty_value_display()
        return round((task.updated_at - task.created_at) / timedelta(seconds=1), 3)

    @admin.display(description=_("where it failed"))
    def raised(self, task: Task) -> SafeString | str:
        place = task.message.options.get("traceback")
        if not place:
            return self.get_empty_value_display()
        return format_html("<pre>{}</pre>", place)
