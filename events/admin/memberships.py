"""The admin of memberships: in the page of each organization, and as one list."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from events import services
from events.admin.filters import FilteredByOrganization, OrganizationFilter
from events.admin.forms import MembershipForm
from events.models import Membership, Role
from matchmaker.admin import display
from matchmaker.admin.domain_errors import RefusalsAdmin
from matchmaker.admin.readonly import OfMembersAdmin

# A form has at most 1,000 fields; members beyond that are in the list.
MEMBERS_MAX_ROWS = 50


class MembershipInline(admin.TabularInline):
    """The members of an organization, owners first; their roles can be changed."""

    model = Membership
    form = MembershipForm
    fields = ("who", "role", "confirmed_at")
    readonly_fields = ("who", "confirmed_at")
    extra = 0
    who = display.linked("member", _("member"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        memberships = super().get_queryset(request).order_by("-role", "pk")
        match = request.resolver_match
        organization = match.kwargs.get("object_id") if match else None
        first = memberships.filter(organization=organization)[:MEMBERS_MAX_ROWS]
        shown = memberships.filter(pk__in=first.values("pk"))
        return shown.select_related("member")


class NewMembershipInline(admin.TabularInline):
    """Rows for members to be added to the organization."""

    model = Membership
    form = MembershipForm
    fields = ("member", "role")
    autocomplete_fields = ("member",)
    extra = 0
    verbose_name = _("new member")
    verbose_name_plural = _("new members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).none()


@admin.register(Membership)
class MembershipAdmin(RefusalsAdmin, FilteredByOrganization, OfMembersAdmin):
    form = MembershipForm
    list_display = ("who", "where", "role", "is_confirmed", "created_at")
    list_display_links = ("role",)
    list_filter = (
        OrganizationFilter,
        "role",
        ("confirmed_at", admin.EmptyFieldListFilter),
    )
    fields = ("who", "where", "role", "confirmed_at", "created_at")
    readonly_fields = ("who", "where", "confirmed_at", "created_at")
    who = display.linked("member", _("member"))
    where = display.linked("organization", _("organization"))

    class Media:
        css = {"screen": ("events/admin.css",)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_act_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("organization")

    @admin.display(description=_("confirmed"), boolean=True)
    def is_confirmed(self, membership: Membership) -> bool:
        return membership.confirmed_at is not None

    def save_model(
        self, request: HttpRequest, obj: Membership, form: Any, change: bool
    ) -> None:
        roles = {obj.member_id: Role(form.cleaned_data["role"])}
        staff: Any = request.user
        services.change_memberships(staff, obj.organization_id, roles=roles)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        self.delete_queryset(request, Membership.objects.filter(pk=obj.pk))

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Membership]
    ) -> None:
        """Delete an organization's memberships together: its last owner may go too."""
        staff: Any = request.user
        removed: dict[int, list[int]] = {}
        for organization, member in queryset.values_list("organization", "member"):
            removed.setdefault(organization, []).append(member)
        with transaction.atomic():
            for organization, members in sorted(removed.items()):
                services.change_memberships(
                    staff, organization, roles={}, removed=members
                )
