"""Serializers of passwords and tokens."""

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from djoser.serializers import CurrentPasswordSerializer, TokenCreateSerializer
from rest_framework import serializers

from matchmaker import errors, links
from matchmaker.models import Member
from project.lib.email_fields import SoughtEmailField
from project.lib.passwords import composed

PASSWORD_MAX_LENGTH = 128
WRONG_PASSWORD = _("The current password is incorrect.")


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            write_only=True,
            trim_whitespace=False,
            max_length=PASSWORD_MAX_LENGTH,
            style={"input_type": "password"},
            **kwargs,
        )

    def run_validators(self, value: str) -> None:
        # Of the password as hashed; the typed one may be longer.
        super().run_validators(composed(value))


class PasswordChange(CurrentPasswordSerializer):
    # djoser's own serializer checks the new one only if the current one is right.
    current_password = PasswordField()
    new_password = PasswordField()
    default_error_messages = {"invalid_password": WRONG_PASSWORD}

    def validate_new_password(self, value: str) -> str:
        return checked_password(value, self.context["request"].user)


class ResetRequest(serializers.Serializer):
    email = SoughtEmailField()


class UsedLink(serializers.Serializer):
    """The uid and token of a mailed link, which follow its purpose after the #."""

    uid = serializers.CharField(max_length=links.UID_MAX_LENGTH)
    token = serializers.CharField(max_length=links.TOKEN_MAX_LENGTH)


class PasswordReset(UsedLink):
    """Input of a password reset; djoser's checks the password before the link."""

    new_password = PasswordField()

    def validate_token(self, value: str) -> str:
        if self._member() is None:
            raise serializers.ValidationError(errors.LinkDead.detail)
        return value

    def validate_new_password(self, value: str) -> str:
        return checked_password(value, self._member() or Member())

    def _member(self) -> Member | None:
        uid, token = (self.initial_data.get(name) for name in ("uid", "token"))
        if not (isinstance(uid, str) and isinstance(token, str)):
            return None
        return links.member_behind(uid, token, links.RESET)


class Credentials(serializers.Serializer):
    email = serializers.CharField(max_length=254)
    password = PasswordField()


class TokenSignIn(TokenCreateSerializer):
    """djoser's sign-in with both fields required."""

    default_error_messages = {"invalid_credentials": errors.SignInFailed.detail}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = serializers.CharField(max_length=254)
        self.fields["password"] = PasswordField()


class TokenKey(serializers.Serializer):
    auth_token = serializers.CharField()


class RefreshToken(serializers.Serializer):
    refresh = serializers.CharField(max_length=4096)


class Tokens(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


def checked_password(password: str, member: Member) -> str:
    try:
        password_validation.validate_password(password, member)
    except DjangoValidationError as error:
        raise serializers.ValidationError(error.messages) from error
    return password
