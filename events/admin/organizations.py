"""The admin of organizations, with their members and events."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from events import services
from events.admin.forms import OrganizationForm
from events.admin.memberships import MembershipInline, NewMembershipInline
from events.models import EventOrganization, Membership, Organization, Role
from matchmaker.admin.deletions import CountedDeletionAdmin
from matchmaker.admin.domain_errors import RefusalsAdmin
from matchmaker.admin.pagination import ManyRowsAdmin
from matchmaker.admin.places import PlaceAdmin


@admin.register(Organization)
class OrganizationAdmin(
    CountedDeletionAdmin,
    RefusalsAdmin,
    ManyRowsAdmin,
    PlaceAdmin,
):
    form = OrganizationForm
    inlines = (MembershipInline, NewMembershipInline)

    list_display = ("title", "where", "members_link", "events_link", "created_at")
    ordering = ("-id",)
    sortable_by = ("created_at",)
    list_filter = (("location", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("title_folded__finds",)
    search_help_text = _("Part of the title.")

    readonly_fields = ("members_link", "events_link", "created_at")
    fieldsets = (
        (None, {"fields": ("title", "description")}),
        (_("Location"), {"fields": ("postcode", "address", "location")}),
        (None, {"fields": ("members_link", "events_link", "created_at")}),
    )
    add_fieldsets = fieldsets[:-1]

    class Media:
        css = {"screen": ("matchmaker/admin.css", "events/admin.css")}

    def get_fieldsets(
        self, request: HttpRequest, obj: Organization | None = None
    ) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_inlines(self, request: HttpRequest, obj: Organization | None) -> Any:
        return self.inlines if obj else (NewMembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        organizations: QuerySet[Organization] = super().get_queryset(request)
        return organizations.annotate(
            members_number=_number(Membership.objects.all()),
            events_number=_number(EventOrganization.objects.confirmed()),
        )

    @admin.display(description=_("address"))
    def where(self, organization: Organization) -> str:
        parts = filter(None, (organization.postcode, organization.address))
        return ", ".join(parts) or self.get_empty_value_display()

    @admin.display(description=_("members"))
    def members_link(self, organization: Any) -> str:
        return _link("membership", organization.pk, organization.members_number)

    @admin.display(description=_("events"))
    def events_link(self, organization: Any) -> str:
        return _link("event", organization.pk, organization.events_number)

    def save_model(
        self, request: HttpRequest, obj: Organization, form: Any, change: bool
    ) -> None:
        given = form.organization()
        member: Any = request.user
        if not change:
            obj.pk = services.register_organization(**given).pk
        elif given:
            services.change_organization(member, obj.pk, **given)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Save all membership changes together: an owner may take another's place."""
        roles: dict[int, Role] = {}
        removed: list[int] = []
        for formset in formsets:
            formset.save(commit=False)  # this sorts the rows without saving them
            changed = [row for row, _fields in formset.changed_objects]
            rows = [*changed, *formset.new_objects]
            roles |= {row.member_id: Role(row.role) for row in rows}
            removed += [row.member_id for row in formset.deleted_objects]
        if roles or removed:
            member: Any = request.user
            services.change_memberships(
                member, form.instance.pk, roles=roles, removed=removed
            )

    def delete_model(self, request: HttpRequest, obj: Organization) -> None:
        member: Any = request.user
        services.delete_organization(member, obj.pk)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Organization]
    ) -> None:
        for organization in queryset:
            self.delete_model(request, organization)


def _number(rows: QuerySet[Any]) -> Subquery:
    """Count how many of `rows` name the organization; read for shown rows only."""
    rows = rows.filter(organization=OuterRef("pk")).order_by().values("organization")
    counted = rows.annotate(number=Count("pk")).values("number")
    return Subquery(counted, output_field=IntegerField())


def _link(model: str, organization_id: int, number: int | None) -> str:
    url = reverse(f"admin:events_{model}_changelist")
    return format_html(
        '<a href="{}?organization={}">{}</a>', url, organization_id, number or 0
    )
