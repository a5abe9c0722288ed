"""Fields of invitation codes, under the names that three documents give them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from project.lib.api.dates import Moment, MomentField
from project.lib.email_fields import SoughtEmailField
from referrals import constants


class CodeField(serializers.CharField):
    """A code as people type it: in lower case, with blanks or hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=constants.CODE_TEXT_MAX_LENGTH, **kwargs)


class ActivatedInvite(serializers.Serializer):
    activated_invite = CodeField()


class InviteCodeText(serializers.Serializer):
    invite_code = CodeField()


_TOO_LATE = _("The date must be at most a year from now.")


class NewInviteCode(serializers.Serializer):
    expires_at = MomentField(
        error_messages={"too_late": _TOO_LATE},
        help_text=_(
            "In the future, at most a year from now. A date is the last "
            "day on which the code works"
        ),
    )

    def validate_expires_at(self, value: Moment) -> datetime:
        moment = value.instant
        now = timezone.now()
        latest = now + timedelta(days=constants.CODE_DAYS_MAX)
        if moment > latest:
            raise serializers.ValidationError(_TOO_LATE)
        if value.is_day:  # the end of that day, but never beyond the limit
            moment = min(moment + timedelta(days=1), latest.replace(microsecond=0))
        if moment <= now:
            raise serializers.ValidationError(_("The date must be in the future."))
        return moment


class LiveCode(serializers.Serializer):
    invite_code = serializers.CharField(source="code")
    expires_at = serializers.DateTimeField(
        allow_null=True,
        help_text=_(
            "Null if it never expires, like a code of the first sign-in by phone"
        ),
    )


class Inviter(serializers.Serializer):
    email = SoughtEmailField()


class FoundCode(serializers.Serializer):
    invite_code = serializers.CharField(
        allow_null=True,
        help_text=_("Null if there is no such member or no active code"),
    )


class Activated(serializers.Serializer):
    invite_code = serializers.CharField()


class ActivatedWithMessage(serializers.Serializer):
    message = serializers.CharField()
    activated_invite_code = serializers.CharField()
