"""Forms of the members' admin, which turn input into arguments of services."""

from typing import IO, Any, cast

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.serializers import ValidationError as SerializerError

from matchmaker import constants, errors, images, services
from matchmaker.admin.places import PlaceForm
from matchmaker.models import Member
from project.lib.api.fields import PhoneField
from project.lib.text import LineField


class PictureField(forms.FileField):
    """A picture file, which is cleaned like any picture from the API."""

    widget = AdminFileWidget(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def __init__(self, *, max_side_px: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_side_px = max_side_px

    def to_python(self, data: Any) -> Any:
        file: IO[bytes] | None = super().to_python(data)
        if file is None:
            return None
        try:
            return images.clean_picture(
                file,
                max_bytes=constants.PICTURE_MAX_BYTES,
                max_pixels=constants.PICTURE_MAX_PIXELS,
                max_side_px=self.max_side_px,
            )
        except images.PictureRefused as error:
            raise forms.ValidationError(str(error.detail)) from error


class ContactForm(forms.ModelForm):
    """The base of both forms: an e-mail, a phone number or both."""

    phone_number = forms.CharField(
        label=_("Phone number"), max_length=40, required=False, empty_value=None
    )

    def clean_email(self) -> str | None:
        email: str | None = self.cleaned_data["email"]
        if email and self._others().filter(email_identity=email).exists():
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
            self.add_error("email", _("Specify an e-mail, a phone number, or both."))
        return data

    def _others(self) -> QuerySet[Member]:
        return Member.objects.exclude(pk=self.instance.pk)


NAMES: dict[str, type[forms.Field]] = {"first_name": LineField, "last_name": LineField}


class NewMemberForm(ContactForm, AdminUserCreationForm):
    class Meta:
        model = Member
        fields = ("email", *NAMES)
        field_classes = NAMES

    usable_password = AdminUserCreationForm.create_usable_password_field(
        _("Without a password, the member can sign in by phone only.")
    )

    def save(self, commit: bool = True) -> Member:
        super().save(commit=False)
        data = self.cleaned_data
        password = data["password1"] if data["set_usable_password"] else None
        self.instance = services.register_member(password=password, **_profile(data))
        return self.instance


class MemberForm(ContactForm, PlaceForm, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = Member
        field_classes = NAMES

    picture = PictureField(
        max_side_px=constants.AVATAR_MAX_SIDE_PX,
        label=_("Avatar file"),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "picture" in self.fields:
            self.fields["picture"].initial = self.instance.avatar or None

    def profile(self) -> services.Profile:
        """Return the changes, as services.update_profile takes them."""
        data = self.changes()
        if "picture" in data:
            data["avatar"] = data.pop("picture") or None
        return _profile(data)


def _profile(data: dict[str, Any]) -> services.Profile:
    known = services.Profile.__optional_keys__ & data.keys()
    return cast("services.Profile", {name: data[name] for name in known})


class PasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A password can be replaced here, but not removed.
        self.fields.pop("usable_password", None)

    def save(self, commit: bool = True) -> Member:
        services.change_password(self.user, self.cleaned_data["password1"])
        return self.user
