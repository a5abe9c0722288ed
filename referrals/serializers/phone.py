"""Fields of sign-in by phone, under the names of two documents."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from project.lib.api.fields import PhoneField
from project.lib.languages import language_asked_for
from project.lib.typed import unspaced
from referrals import constants, sms
from referrals import phone_cookie as remembered

_CODE_MAX = 10**constants.ONE_TIME_CODE_DIGITS - 1


class OneTimeCodeField(serializers.RegexField):
    """Four digits, which blanks and hyphens may separate.

    The JSON number 123 means 0123, because numbers have no leading zeros.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^[0-9]{4}$",
            error_messages={"invalid": _("The code must be four digits.")},
            help_text=_("Four digits"),
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> str:
        is_number = isinstance(data, int) and not isinstance(data, bool)
        if is_number and 0 <= data <= _CODE_MAX:
            data = f"{data:04}"
        elif isinstance(data, str) and len(data) <= constants.CODE_TEXT_MAX_LENGTH:
            data = unspaced(data)
        text: str = super().to_internal_value(data)
        return text


class MobileField(PhoneField):
    """A phone number that a code can be sent to."""

    default_error_messages = {
        "not_mobile": _(
            "Codes are sent to mobile phones only, and this is not a mobile number."
        )
    }

    def to_internal_value(self, data: Any) -> str:
        phone = super().to_internal_value(data)
        if not sms.takes_sms(phone):
            self.fail("not_mobile")
        return phone


class MobileOrRememberedField(MobileField):
    """A phone number; if none is given, the one that is `remembered`."""

    remembered: str | None = None

    def run_validation(self, data: Any = serializers.empty) -> Any:
        is_given = not (data is serializers.empty or data is None)
        if self.remembered and not (is_given and str(data).strip()):
            return self.remembered
        return super().run_validation(data)


class PhoneSignUp(serializers.Serializer):
    class Meta:
        swagger_schema_fields = {"example": {"phone": "9991234567"}}

    phone = MobileField()


class PhoneCodeRequest(serializers.Serializer):
    class Meta:
        swagger_schema_fields = {"example": {"phone_number": "+79123456789"}}

    phone_number = MobileField(source="phone")


class _Proof(serializers.Serializer):
    """A proof; validated data are `phone`, `code` and a new member's `language`."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "language": language_asked_for(self.context["request"])}


class PhoneSignIn(_Proof):
    class Meta:
        swagger_schema_fields = {"example": {"phone": "9991234567", "code": "1234"}}

    phone = MobileOrRememberedField(
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text=_(
            "Required without the sign-up cookie; with it, an empty value "
            "or null means the phone that it remembers"
        ),
    )
    code = OneTimeCodeField()

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        if hasattr(self, "initial_data"):
            phone = cast("MobileOrRememberedField", fields["phone"])
            phone.remembered = remembered.phone_of(self.context["request"])
            phone.required = phone.remembered is None
            phone.allow_blank = phone.allow_null = False
        return fields


class PhoneProof(_Proof):
    class Meta:
        swagger_schema_fields = {
            "example": {"phone_number": "+79123456789", "confirmation_code": "1234"}
        }

    phone_number = MobileField(source="phone")
    confirmation_code = OneTimeCodeField(source="code")


class _Sent(serializers.Serializer):
    """The answer to a request: the code with settings.OTP_ECHO, otherwise `detail`."""

    detail = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(help_text=_("Seconds"))


class SentCode(_Sent):
    class Meta:
        swagger_schema_fields = {"example": {"code": "1234", "expires_in": 300}}

    code = serializers.CharField(required=False, help_text=_("Only if OTP_ECHO is on"))


class SentConfirmationCode(_Sent):
    class Meta:
        swagger_schema_fields = {
            "example": {"confirmation_code": "1234", "expires_in": 300}
        }

    confirmation_code = serializers.CharField(
        required=False, help_text=_("Only if OTP_ECHO is on")
    )


class PhoneTokens(serializers.Serializer):
    token = serializers.CharField(help_text=_("The access token (JWT)"))
    refresh = serializers.CharField()


class PhoneKey(serializers.Serializer):
    token = serializers.CharField(help_text=_("For the header Authorization: Token …"))
