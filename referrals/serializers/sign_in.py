"""Fields of sign-up by e-mail with an invitation code."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.serializers import NewMember
from project.lib.text import TextField
from referrals import errors
from referrals.codes import normalise
from referrals.models import InviteCode
from referrals.serializers.codes import CodeField


class SignUpByInvitation(NewMember):
    class Meta:
        # drf-yasg's own example would give the location twice, which is refused.
        swagger_schema_fields = {
            "example": {
                "email": "you@example.com",
                "password": "correct horse 7",
                "first_name": "Ann",
                "last_name": "Lee",
                "gender": "female",
            }
        }

    username = TextField(
        max_length=150,
        required=False,
        allow_blank=True,
        help_text=_(
            "The first name; it need not be unique because you sign in by e-mail"
        ),
    )
    code_by_inviter = CodeField(required=False, allow_blank=True, allow_null=True)

    def names_given(self) -> dict[str, Any]:
        given = super().names_given()
        first_name = given["first_name"] or self.initial_data.get("username")
        return {**given, "first_name": first_name}

    def validate_username(self, value: str) -> str:
        field = self.fields["first_name"]
        try:
            first_name = field.run_validation(self.initial_data.get("first_name", ""))
        except serializers.ValidationError:
            return value  # the field itself reports it
        if value and first_name and value != first_name:
            text = _("This is another name for first_name. Specify only one of them.")
            raise serializers.ValidationError(text)
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        username = attrs.pop("username", "")
        first_name = attrs.get("first_name") or username
        return super().validate({**attrs, "first_name": first_name})

    def validate_code_by_inviter(self, value: str | None) -> str | None:
        """Report it together with other errors; the service checks it again."""
        if value and not InviteCode.objects.open(normalise(value)).exists():
            raise serializers.ValidationError(errors.InviteCodeUnknown.detail)
        return value
