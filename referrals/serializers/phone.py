"""Shapes of sign-in by phone, under the names of two documents."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.models import Language
from project.lib.fields import PhoneField
from referrals import constants, remembered

_CODE_MAX = 10**constants.ONE_TIME_CODE_DIGITS - 1


class OneTimeCodeField(serializers.RegexField):
    """Four digits. JSON's number 123 is 0123: a number has no leading zeros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^[0-9]{4}$",
            error_messages={"invalid": _("A code is four digits.")},
            help_text=_("Four digits"),
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> str:
        is_number = isinstance(data, int) and not isinstance(data, bool)
        if is_number and 0 <= data <= _CODE_MAX:
            data = f"{data:04}"
        text: str = super().to_internal_value(data)
        return text


class PhoneSignUp(serializers.Serializer):
    phone = PhoneField()


class PhoneCodeRequest(serializers.Serializer):
    phone_number = PhoneField(source="phone")


class _Proof(serializers.Serializer):
    """Validated data are `phone`, `code` and the `language` of a new member."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "language": (get_language() or Language.ENGLISH)[:2]}


class PhoneSignIn(_Proof):
    phone = PhoneField(
        required=False, help_text=_("Required without the cookie of the sign-up")
    )
    code = OneTimeCodeField()

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        if hasattr(self, "initial_data"):
            phone = remembered.phone_of(self.context["request"])
            if phone is None:
                fields["phone"].required = True
            else:
                fields["phone"].default = phone
        return fields


class PhoneProof(_Proof):
    phone_number = PhoneField(source="phone")
    confirmation_code = OneTimeCodeField(source="code")


class _Sent(serializers.Serializer):
    """The code where settings.OTP_ECHO is on, `detail` elsewhere."""

    detail = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(help_text=_("Seconds"))


class SentCode(_Sent):
    code = serializers.CharField(required=False, help_text=_("With OTP_ECHO only"))


class SentConfirmationCode(_Sent):
    confirmation_code = serializers.CharField(
        required=False, help_text=_("With OTP_ECHO only")
    )


class PhoneTokens(serializers.Serializer):
    token = serializers.CharField(help_text=_("The access JWT"))
    refresh = serializers.CharField()


class PhoneKey(serializers.Serializer):
    token = serializers.CharField(help_text=_("For the header Authorization: Token …"))
