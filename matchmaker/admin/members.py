"""The admin of members: find, view, change, deactivate and delete them."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from matchmaker import services
from matchmaker.admin import display, extra_fields
from matchmaker.admin.deletions import CountedDeletionAdmin
from matchmaker.admin.domain_errors import RefusalsAdmin, shown
from matchmaker.admin.forms import MemberForm, NewMemberForm, PasswordForm
from matchmaker.admin.pagination import ManyRowsAdmin
from matchmaker.admin.places import PlaceAdmin
from matchmaker.admin.search import has_phone, phone_in
from matchmaker.models import Member
from matchmaker.staff import within_reach

NEW_FIELDS = (
    "email", "phone_number", "first_name", "last_name",
    "usable_password", "password1", "password2",
)  # fmt: skip
SIGN_IN_FIELDS = (
    "email", "email_verified_at", "pending_email", "phone_number", "claimed_phone",
    "password", "is_active",
)  # fmt: skip
PROFILE_FIELDS = (
    "first_name", "last_name", "gender", "looking_for", "language",
    "visibility", "may_be_named", "preview", "picture",
)  # fmt: skip
PRIVILEGES = ("is_staff", "is_superuser", "groups", "user_permissions")


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, Member) and request.user.is_superuser


@admin.register(Member)
class MemberAdmin(
    CountedDeletionAdmin, RefusalsAdmin, ManyRowsAdmin, PlaceAdmin, UserAdmin
):
    add_form = NewMemberForm
    form = MemberForm
    change_password_form = PasswordForm

    list_display = (
        "preview", "name", "contact", "gender", "is_active", "visibility", "joined",
    )  # fmt: skip
    list_display_links = ("preview", "name")
    # Columns that an index is ordered by.
    ordering = ("-date_joined", "-id")
    sortable_by = ("joined",)
    list_filter = (
        "is_active",
        "is_staff",
        "visibility",
        "gender",
        "looking_for",
        ("location", admin.EmptyFieldListFilter),
        ("avatar", admin.EmptyFieldListFilter),
        ("email_verified_at", admin.EmptyFieldListFilter),
        "language",
        "date_joined",
    )
    # What indexes can find: parts of names, but only whole addresses and numbers.
    search_fields = (
        "first_name_folded__finds",
        "last_name_folded__finds",
        "email_identity__exact",
        "phone_number__exact",
    )
    search_help_text = _("Part of a name, a whole e-mail address or phone number.")
    actions = ("deactivate", "activate")

    readonly_fields = (
        "email_verified_at", "pending_email", "claimed_phone", "preview",
        "public_point", "date_joined", "last_login",
    )  # fmt: skip
    add_fieldsets = ((None, {"fields": NEW_FIELDS, "classes": ("wide",)}),)
    fieldsets = (
        (None, {"fields": SIGN_IN_FIELDS}),
        (_("Profile"), {"fields": PROFILE_FIELDS}),
        (_("Place"), {"fields": ("location", "public_point")}),
        (_("Permissions"), {"fields": PRIVILEGES, "classes": ("collapse",)}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )

    class Media:
        css = {"screen": ("matchmaker/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Hide staff from all but superusers, since a set password takes them over."""
        members: QuerySet[Member] = super().get_queryset(request)
        staff: Any = request.user
        return within_reach(staff, members)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Member | None = None
    ) -> tuple[Any, ...]:
        own = self.readonly_fields + (() if _is_superuser(request) else PRIVILEGES)
        return own + extra_fields.fields()

    def get_fieldsets(self, request: HttpRequest, obj: Member | None = None) -> Any:
        own = super().get_fieldsets(request, obj)
        return [*own, *extra_fields.FIELDSETS] if obj else own

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        phone = phone_in(search_term)
        if phone is None:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(has_phone(phone)), False

    @admin.display(description=_("avatar"))
    def preview(self, member: Member) -> str:
        return display.picture(member) or self.get_empty_value_display()

    @admin.display(description=_("name"))
    def name(self, member: Member) -> str:
        return str(member)

    @admin.display(description=_("contact"))
    def contact(self, member: Member) -> str:
        return display.contact(member)

    @admin.display(description=_("joined"), ordering="date_joined")
    def joined(self, member: Member) -> date:
        return timezone.localdate(member.date_joined)

    @admin.display(description=_("public point"))
    def public_point(self, member: Member) -> str:
        point = member.public_location
        if point is None:
            return self.get_empty_value_display()
        return _("longitude %(lon).4f, latitude %(lat).4f") % {
            "lon": point.x,
            "lat": point.y,
        }

    @admin.action(
        description=_("Deactivate (hide, sign out everywhere)"), permissions=["change"]
    )
    def deactivate(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        number = self._set_active(request, members, is_active=False)
        text = ngettext("%d member deactivated.", "%d members deactivated.", number)
        self.message_user(request, text % number, messages.SUCCESS)

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        number = self._set_active(request, members, is_active=True)
        text = ngettext("%d member activated.", "%d members activated.", number)
        self.message_user(request, text % number, messages.SUCCESS)

    def _set_active(
        self, request: HttpRequest, members: QuerySet[Member], *, is_active: bool
    ) -> int:
        changed = list(members.filter(is_active=not is_active))
        for member in changed:
            services.set_active(member, is_active)
            self.log_change(request, member, [{"changed": {"fields": ["active"]}}])
        return len(changed)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> Any:
        return shown(request, super().user_change_password, id, form_url)

    def save_model(
        self, request: HttpRequest, obj: Member, form: Any, change: bool
    ) -> None:
        if not change:
            return  # the form has already registered the member
        services.update_profile(obj, **form.profile())
        if "is_active" in form.changed_data:
            services.set_active(obj, obj.is_active)
        # Never the whole row: that would undo changes made since it was read.
        flags = {"is_staff", "is_superuser"} & set(form.changed_data)
        obj.save(update_fields=flags)

    def delete_model(self, request: HttpRequest, obj: Member) -> None:
        services.delete_member(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        for member in queryset:
            services.delete_member(member)
