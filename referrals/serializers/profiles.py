"""Shapes that PostgreSQL writes, for the schema only."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from project.lib.shapes import PageShape

_LATEST = _("The latest 1,000 with a phone number; the list of referrals has all")


class VotingProfile(serializers.Serializer):
    user_id = serializers.IntegerField()
    phone = serializers.CharField(
        allow_null=True,
        help_text=_("In national form for the service's own country, else E.164"),
    )
    invite_code = serializers.CharField(allow_null=True, help_text=_("The live one"))
    invitations = serializers.ListField(
        child=serializers.CharField(), help_text=_LATEST
    )
    activated_invite = serializers.CharField(allow_null=True)


class VotingProfilePage(PageShape):
    results = VotingProfile(many=True)


class InvitedUser(serializers.Serializer):
    phone_number = serializers.CharField()


class InvitedProfile(serializers.Serializer):
    phone_number = serializers.CharField(allow_null=True, help_text=_("E.164"))
    invite_code = serializers.CharField(allow_null=True, help_text=_("The live one"))
    activated_invite_code = serializers.CharField(allow_null=True)
    invited_users = InvitedUser(many=True, help_text=_LATEST)


class ReferralShape(serializers.Serializer):
    id = serializers.IntegerField(help_text=_("The invited member's"))
    first_name = serializers.CharField(allow_blank=True)
    activated_at = serializers.DateTimeField()


class ReferralPage(PageShape):
    results = ReferralShape(many=True)
