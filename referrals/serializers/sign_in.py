"""Sign-up by e-mail with somebody's invitation."""

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
                "username": "Ann",
            }
        }

    username = TextField(
        source="first_name",
        max_length=150,
        required=False,
        allow_blank=True,
        help_text=_("The first name; it need not be unique, e-mails sign in"),
    )
    code_by_inviter = CodeField(required=False, allow_blank=True, allow_null=True)

    def validate_code_by_inviter(self, value: str | None) -> str | None:
        """Told with all else that is wrong; the service holds it once more."""
        if value and not InviteCode.objects.open(normalise(value)).exists():
            raise serializers.ValidationError(errors.InviteCodeUnknown.detail)
        return value
