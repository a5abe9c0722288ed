"""Fields of profiles with their invitations.

They read members of `referrals.reads.profiles.with_invitations`.
"""

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from project.lib.reads.answers import KeysetEnvelope

_LATEST = _("Who of the latest 1,000 has a number; the list of referrals has all")


class NationalPhoneField(serializers.CharField):
    """A number without the country code if it is in PHONE_REGION, otherwise E.164."""

    def to_representation(self, value: str) -> str:
        # No country code is a prefix of another one.
        code = phonenumbers.country_code_for_region(settings.PHONE_REGION)
        return value.removeprefix(f"+{code}")


class VotingProfile(serializers.Serializer):
    user_id = serializers.IntegerField(source="pk")
    phone = NationalPhoneField(
        source="phone_number",
        allow_null=True,
        help_text=_(
            "In national format for the service's own country, otherwise E.164"
        ),
    )
    invite_code = serializers.CharField(allow_null=True, help_text=_("The active code"))
    invitations = serializers.ListField(
        source="invited", child=NationalPhoneField(), help_text=_LATEST
    )
    activated_invite = serializers.CharField(source="activated", allow_null=True)


class VotingProfilePage(KeysetEnvelope):
    results = VotingProfile(many=True)


class InvitedUser(serializers.Serializer):
    phone_number = serializers.CharField(source="*")


class InvitedProfile(serializers.Serializer):
    phone_number = serializers.CharField(allow_null=True, help_text=_("E.164"))
    invite_code = serializers.CharField(allow_null=True, help_text=_("The active code"))
    activated_invite_code = serializers.CharField(source="activated", allow_null=True)
    invited_users = InvitedUser(source="invited", many=True, help_text=_LATEST)
