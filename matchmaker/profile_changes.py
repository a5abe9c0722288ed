"""Input of changes that members make to their own profiles."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker import constants, errors
from matchmaker.credentials import WRONG_PASSWORD, PasswordField
from matchmaker.models import Gender, Language, LookingFor, Member, Visibility
from matchmaker.pictures import PictureField
from project.lib.api.fields import LocationInput, PhoneField
from project.lib.email_fields import EmailField
from project.lib.text import TextField


class ProfileChanges(LocationInput):
    """Fields of a profile change; `email` becomes `pending_email` unless unchanged."""

    email = EmailField(
        required=False,
        source="pending_email",
        help_text=_(
            "A new e-mail takes effect once the link mailed to it is "
            "used; sending the current one cancels a pending change"
        ),
    )
    current_password = PasswordField(
        required=False,
        help_text=_(
            "Required with a new e-mail if the account has a password or an e-mail"
        ),
    )
    phone_number = PhoneField(
        required=False,
        allow_null=True,
        source="claimed_phone",
        help_text=_(
            "In E.164 format. You can sign in with it once a code has proven it."
        ),
    )
    first_name = TextField(max_length=150, required=False)
    last_name = TextField(max_length=150, required=False)
    gender = serializers.ChoiceField(Gender.choices, required=False)
    looking_for = serializers.ChoiceField(LookingFor.choices, required=False)
    language = serializers.ChoiceField(
        Language.choices,
        required=False,
        allow_null=True,
        help_text=_("Language of mails to you; null if none is chosen"),
    )
    visibility = serializers.ChoiceField(
        Visibility.choices,
        required=False,
        help_text=_(
            "hidden: you are in no list or count, and only those know of you whom you "
            "like, wrote to, share an organization with or were invited by"
        ),
    )
    may_be_named = serializers.BooleanField(
        required=False,
        help_text=_("Whether others may name you in their organizations"),
    )
    avatar = PictureField(
        max_side_px=constants.AVATAR_MAX_SIDE_PX, required=False, allow_null=True
    )

    default_error_messages = {
        "invalid_password": WRONG_PASSWORD,
        "password_without_email": _("The password is needed only for a new e-mail."),
    }

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["current_password"].required = self._needs_password()
        return fields

    def _needs_password(self) -> bool:
        """Return whether the change needs the password: a new e-mail for an account
        that has a password or an e-mail.
        """
        given = getattr(self, "initial_data", None)
        if not isinstance(given, Mapping) or "email" not in given:
            return False
        me: Member = self.context["request"].user
        is_by_phone = me.email is None and not me.has_usable_password()
        return given["email"] != me.email and not is_by_phone

    def validate_email(self, value: str) -> str:
        me: Member = self.context["request"].user
        others = Member.objects.exclude(pk=me.pk)
        if others.filter(email_identity=value).exists():
            raise serializers.ValidationError(errors.EmailTaken.detail)
        return value

    def validate_current_password(self, value: str) -> str:
        if "email" not in self.initial_data:
            self.fail("password_without_email")
        if not self.context["request"].user.check_password(value):
            self.fail("invalid_password")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        has_password = attrs.pop("current_password", None) is not None
        asked = attrs.get("pending_email")
        if asked and asked == self.context["request"].user.email:
            del attrs["pending_email"]  # as a client that writes back what it has read
            if has_password:
                attrs["pending_email"] = None
        return attrs
