"""The admin panel of members. Forms read; every write is a service."""

import math
from typing import IO, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminFileWidget
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.contrib.gis.geos import Point
from django.core.paginator import Paginator
from django.db.models import CASCADE, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from leaflet.admin import LeafletAdminWidget, LeafletGeoAdminMixin
from PIL import Image
from rest_framework.serializers import ValidationError as SerializerError

from matchmaker import constants, errors, images, services
from matchmaker.models import Block, Like, Member
from project.lib.errors import DomainError
from project.lib.fields import LAT_MAX, LON_MAX, PhoneField
from project.lib.geo import WGS84

LIST_MAX_ROWS = 10_000
PRIVILEGES = ("is_staff", "is_superuser", "groups", "user_permissions")


class CappedPaginator(Paginator):
    """Counts no further than LIST_MAX_ROWS: a million rows take long to count."""

    @cached_property
    def count(self) -> int:
        return min(self._rows, LIST_MAX_ROWS)

    @property
    def is_capped(self) -> bool:
        return self._rows > LIST_MAX_ROWS

    @cached_property
    def _rows(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: LIST_MAX_ROWS + 1].count()


class PictureField(forms.FileField):
    """A picture file, which becomes a clean picture like any from the API."""

    widget = AdminFileWidget(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def to_python(self, data: Any) -> Any:
        file: IO[bytes] | None = super().to_python(data)
        if file is None:
            return None
        try:
            return images.clean_picture(
                file,
                max_bytes=constants.AVATAR_MAX_BYTES,
                max_pixels=constants.AVATAR_MAX_PIXELS,
                max_side_px=constants.AVATAR_MAX_SIDE_PX,
            )
        except images.PictureRefused as error:
            raise forms.ValidationError(str(error.detail)) from error


class ContactForm(forms.ModelForm):
    """What adding and changing have in common: e-mail and phone, at least one."""

    phone_number = forms.CharField(
        label=_("Phone number"), max_length=40, required=False, empty_value=None
    )

    def clean_email(self) -> str | None:
        email: str | None = self.cleaned_data["email"]
        if email and self._others().filter(email__iexact=email).exists():
            raise forms.ValidationError(str(errors.EmailTaken.detail))
        return email

    def clean_phone_number(self) -> str | None:
        phone: str | None = self.cleaned_data["phone_number"]
        if phone is None or "phone_number" not in self.changed_data:
            return phone
        try:
            phone = PhoneField().to_internal_value(phone)
        except SerializerError as error:
            raise forms.ValidationError([str(e) for e in error.detail]) from error
        if self._others().filter(phone_number=phone).exists():
            raise forms.ValidationError(str(errors.PhoneTaken.detail))
        return phone

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not {"email", "phone_number"} & self.errors.keys() and not (
            self.cleaned_data["email"] or self.cleaned_data["phone_number"]
        ):
            self.add_error("email", _("Give an e-mail, a phone number, or both."))
        return data

    def _others(self) -> QuerySet[Member]:
        return Member.objects.exclude(pk=self.instance.pk)


class NewMemberForm(ContactForm, AdminUserCreationForm):
    def save(self, commit: bool = True) -> Member:
        super().save(commit=False)
        data = self.cleaned_data
        password = data["password1"] if data["set_usable_password"] else None
        self.instance = services.register_member(password=password, **_profile(data))
        return self.instance


class MemberForm(ContactForm, UserChangeForm):
    picture = PictureField(label=_("Avatar"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "picture" in self.fields:
            self.fields["picture"].initial = self.instance.avatar or None

    def clean_location(self) -> Point | None:
        """Take the place from whichever copy of the world it was set on."""
        point: Point | None = self.cleaned_data["location"]
        if point is None or "location" not in self.changed_data:
            return point
        if point.empty or not math.isfinite(point.x) or not abs(point.y) <= LAT_MAX:
            raise forms.ValidationError(_("This is no place on Earth."))
        lon = point.x if abs(point.x) <= LON_MAX else math.remainder(point.x, 360)
        return Point(lon, point.y, srid=WGS84)

    def profile(self) -> services.Profile:
        """What was changed, as services.update_profile takes it."""
        data = {name: self.cleaned_data[name] for name in self.changed_data}
        if "picture" in data:
            data["avatar"] = data.pop("picture") or None
        return _profile(data)


def _profile(data: dict[str, Any]) -> services.Profile:
    known = services.Profile.__optional_keys__ & data.keys()
    return cast("services.Profile", {name: data[name] for name in known})


class PasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A password can be replaced here, not taken away.
        self.fields.pop("usable_password", None)

    def save(self, commit: bool = True) -> Member:
        services.change_password(self.user, self.cleaned_data["password1"])
        return self.user


class PlaceWidget(LeafletAdminWidget):
    geometry_field_class = "L.PlaceField"

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(
            js=["matchmaker/place_field.js", "matchmaker/basemap.js"],
            css={"screen": ["matchmaker/basemap.css"]},
        )


class ManyRowsAdmin(admin.ModelAdmin):
    """A list that is as fast at a million rows as at ten."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER


@admin.register(Member)
class MemberAdmin(ManyRowsAdmin, LeafletGeoAdminMixin, UserAdmin):
    add_form = NewMemberForm
    form = MemberForm
    change_password_form = PasswordForm
    widget = PlaceWidget
    map_template = "matchmaker/place_widget.html"

    list_display = ("preview", "name", "contact", "gender", "is_active", "date_joined")
    list_display_links = ("preview", "name")
    # What an index is ordered by.
    ordering = ("-date_joined", "-id")
    sortable_by = ("date_joined",)
    list_filter = (
        "is_active",
        "is_staff",
        "gender",
        ("location", admin.EmptyFieldListFilter),
        ("avatar", admin.EmptyFieldListFilter),
        "language",
        "date_joined",
    )
    # What indexes answer: parts of names, but whole addresses and numbers.
    search_fields = ("first_name", "last_name", "=email", "phone_number__exact")
    search_help_text = _("Part of a name, a whole e-mail address or phone number.")
    actions = ("deactivate", "activate")

    readonly_fields = ("preview", "public_point", "date_joined", "last_login")
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    *("email", "phone_number", "first_name", "last_name"),
                    *("usable_password", "password1", "password2"),
                ),
            },
        ),
    )
    fieldsets = (
        (None, {"fields": ("email", "phone_number", "password", "is_active")}),
        (
            _("Profile"),
            {
                "fields": (
                    *("first_name", "last_name", "gender", "language"),
                    *("preview", "picture"),
                )
            },
        ),
        (_("Place"), {"fields": ("location", "public_point")}),
        (_("Permissions"), {"fields": PRIVILEGES, "classes": ("collapse",)}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )

    class Media:
        css = {"screen": ("matchmaker/admin.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        """Only superusers reach staff: whoever sets a password owns the account."""
        members: QuerySet[Member] = super().get_queryset(request)
        if request.user.is_superuser:
            return members
        return members.filter(is_staff=False, is_superuser=False)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Member | None = None
    ) -> tuple[str, ...]:
        return self.readonly_fields + (
            () if request.user.is_superuser else PRIVILEGES
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Member], search_term: str
    ) -> tuple[QuerySet[Member], bool]:
        try:  # however it is written
            phone = PhoneField().to_internal_value(search_term)
        except SerializerError:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(phone_number=phone), False

    @admin.display(description=_("avatar"))
    def preview(self, member: Member) -> str:
        if not member.avatar:
            return self.get_empty_value_display()
        return format_html('<img src="{}" alt="" loading="lazy">', member.avatar.url)

    @admin.display(description=_("name"))
    def name(self, member: Member) -> str:
        return str(member)

    @admin.display(description=_("contact"))
    def contact(self, member: Member) -> str:
        return ", ".join(filter(None, (member.email, member.phone_number)))

    @admin.display(
        description=_("public point"),
    )
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
        changed = members.filter(is_active=not is_active)
        for number, member in enumerate(changed, start=1):
            services.set_active(member, is_active)
            self.log_change(request, member, [{"changed": {"fields": ["active"]}}])
        return number

    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        request: HttpRequest = args[0]
        try:
            return super().changeform_view(*args, **kwargs)
        except DomainError as error:  # lost a race for an e-mail or a phone
            self.message_user(request, str(error.detail), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self, request: HttpRequest, obj: Member, form: Any, change: bool
    ) -> None:
        if not change:
            return  # the form has registered the member
        services.update_profile(obj, **form.profile())
        if "is_active" in form.changed_data:
            services.set_active(obj, obj.is_active)
        # Never the whole row: that would bring back what changed since it was read.
        flags = {"is_staff", "is_superuser"} & set(form.changed_data)
        obj.save(update_fields=flags)

    def delete_model(self, request: HttpRequest, obj: Member) -> None:
        services.delete_member(obj)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[Member]
    ) -> None:
        for member in queryset:
            services.delete_member(member)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count what goes with the members: it may be too much to be listed."""
        counts = {str(self.opts.verbose_name_plural): len(objs)}
        for relation in self.opts.related_objects:
            if relation.on_delete is CASCADE:
                rows = relation.related_model._base_manager.filter(
                    **{f"{relation.field.name}__in": objs}
                )
                name = str(relation.related_model._meta.verbose_name_plural)
                counts[name] = counts.get(name, 0) + rows.count()
        return [str(member) for member in objs], counts, set(), []


@admin.register(Like, Block)
class PairAdmin(ManyRowsAdmin):
    list_display = ("from_member", "to_member", "created_at")
    list_display_links = ("created_at",)
    list_select_related = ("from_member", "to_member")
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("from_member__email",)  # get_search_results says what is searched
    search_help_text = _("A whole e-mail address or phone number of either member.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        # Their ids first: an OR across both joins would read every pair.
        found = list(
            Member.objects.filter(
                Q(email__iexact=search_term) | Q(phone_number=search_term)
            ).values_list("pk", flat=True)
        )
        return queryset.filter(
            Q(from_member__in=found) | Q(to_member__in=found)
        ), False
