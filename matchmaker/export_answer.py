"""Fields of the export file, for the schema only."""

from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from matchmaker.display_names import DisplayNameField
from matchmaker.models import AccountMail, Report, TokenFamily
from matchmaker.serializers import SentReport, WholeProfile
from project.lib.reads.answers import AllShown


class ExportedAvatar(serializers.Serializer):
    url = serializers.URLField()
    media_type = serializers.ChoiceField(["image/jpeg"])
    base64 = serializers.CharField()


class ExportedMember(serializers.Serializer):
    member = serializers.IntegerField()


class ExportedStance(ExportedMember):
    created_at = serializers.DateTimeField()


class ExportedMatch(ExportedStance):
    first_name = DisplayNameField()
    email = serializers.EmailField(allow_null=True)


class ExportedReport(SentReport):
    member = serializers.IntegerField()

    class Meta:
        model = Report
        fields = (*SentReport.Meta.fields, "member", "closed_at")


class ExportedMail(ExportedMember):
    sent_at = serializers.DateTimeField()


class ExportedAccountMail(AllShown, serializers.ModelSerializer[AccountMail]):
    class Meta:
        model = AccountMail
        fields = ("kind", "email", "phone_number", "sent_at")


class ExportedTokenFamily(AllShown, serializers.ModelSerializer[TokenFamily]):
    class Meta:
        model = TokenFamily
        fields = ("created_at", "refreshed_at", "expires_at")


class ExportedSignIns(serializers.Serializer):
    key_created_at = serializers.DateTimeField(allow_null=True)
    token_families = ExportedTokenFamily(many=True)


class ExportedAnchor(serializers.Serializer):
    point = GeometryField()
    left_at = serializers.DateTimeField()
    has_stayed = serializers.BooleanField()


class ExportedAnchors(serializers.Serializer):
    now = GeometryField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    left = ExportedAnchor(many=True)


class Export(serializers.Serializer):
    """The export file; later versions may have more sections."""

    format_version = serializers.IntegerField()
    exported_at = serializers.DateTimeField()
    profile = WholeProfile()
    avatar = ExportedAvatar(allow_null=True)
    anchors = ExportedAnchors()
    likes_given = ExportedStance(many=True)
    likes_received = ExportedMember(many=True)
    matches = ExportedMatch(many=True)
    passes = ExportedStance(many=True)
    blocks = ExportedStance(many=True)
    reports = ExportedReport(many=True)
    match_mails = ExportedMail(many=True)
    account_mails = ExportedAccountMail(many=True)
    sign_ins = ExportedSignIns()
