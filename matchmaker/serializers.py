"""Serializers of members, for input and answers."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from matchmaker import constants, errors, profile_parts
from matchmaker.credentials import PasswordField, checked_password
from matchmaker.models import Gender, LookingFor, Member, Report
from matchmaker.pictures import PictureField
from project.lib.api.fields import LocationInput, PhoneField
from project.lib.email_fields import EmailField
from project.lib.languages import language_asked_for
from project.lib.reads.answers import AllShown
from project.lib.reads.geojson import COORDINATE_DIGITS
from project.lib.text import TextField


class NewMember(LocationInput):
    """The base of all sign-ups by e-mail."""

    email = EmailField()
    password = PasswordField()
    first_name = TextField(max_length=150, required=False, allow_blank=True)
    last_name = TextField(max_length=150, required=False, allow_blank=True)
    gender = serializers.ChoiceField(Gender.choices, required=False, allow_blank=True)

    def validate_email(self, value: str) -> str:
        if Member.objects.filter(email_identity=value).exists():
            raise serializers.ValidationError(errors.EmailTaken.detail)
        return value

    def validate_password(self, value: str) -> str:
        # The member to be created, for the check "too similar to your name".
        given = self.names_given()
        like = Member(**{k: v for k, v in given.items() if isinstance(v, str)})
        return checked_password(value, like)

    def names_given(self) -> dict[str, Any]:
        """Return the e-mail and the names as they were sent, before validation."""
        names = ("email", "first_name", "last_name")
        return {name: self.initial_data.get(name) for name in names}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "language": language_asked_for(self.context["request"])}


class RegisterMember(NewMember):
    first_name = TextField(max_length=150)
    last_name = TextField(max_length=150)
    gender = serializers.ChoiceField(Gender.choices)
    looking_for = serializers.ChoiceField(LookingFor.choices, required=False)
    avatar = PictureField(
        max_side_px=constants.AVATAR_MAX_SIDE_PX,
        help_text=_("Required in a form; JSON cannot carry a file."),
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        request = self.context.get("request")
        is_form = request is None or isinstance(request.data, QueryDict)
        fields["avatar"].required = is_form
        return fields


class SignUp(NewMember):
    class Meta:
        # drf-yasg's own example would have the location twice, which is refused.
        swagger_schema_fields = {
            "example": {
                "email": "you@example.com",
                "password": "correct horse 7",
                "telephone": "+79991234567",
                "first_name": "Ann",
                "last_name": "Lee",
                "gender": "female",
                "longitude": 30.3158,
                "latitude": 59.9391,
            }
        }

    telephone = PhoneField(
        required=False,
        allow_null=True,
        source="claimed_phone",
        help_text=_(
            "In E.164 format. You can sign in with it once a code has proven it."
        ),
    )


class SignedUp(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    telephone = serializers.CharField(source="claimed_phone", allow_null=True)


class OwnProfile(AllShown, serializers.ModelSerializer[Member]):
    """A member's own profile: its columns, and then the parts of other apps."""

    email_verified = serializers.BooleanField(
        help_text=_("Whether the link mailed to this e-mail was used")
    )
    pending_email = serializers.EmailField(
        allow_null=True,
        help_text=_("Becomes the e-mail once the link mailed to it is used"),
    )
    phone_number = serializers.CharField(source="own_phone", allow_null=True)
    phone_verified = serializers.BooleanField(
        help_text=_(
            "Whether a code has proven the number, so that you can sign in with it"
        )
    )
    gender = serializers.ChoiceField(["", *Gender.values])
    avatar = serializers.ImageField(allow_null=True)
    location = GeometryField(precision=COORDINATE_DIGITS, allow_null=True)

    class Meta:
        model = Member
        fields = (
            "id", "email", "email_verified", "pending_email", "phone_number",
            "phone_verified", "visibility", "may_be_named", "first_name", "last_name",
            "gender", "looking_for", "avatar", "language", "location", "date_joined",
        )  # fmt: skip

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), **dict(profile_parts.fields())}

    def to_representation(self, instance: Member) -> dict[str, Any]:
        # Set as a queryset's annotations would be.
        vars(instance).update(profile_parts.read(instance))
        return super().to_representation(instance)


class OwnProfileFeature(OwnProfile, GeoFeatureModelSerializer):
    """The own profile as a GeoJSON feature at the member's exact location."""

    class Meta(OwnProfile.Meta):
        geo_field = "location"


class WholeProfile(OwnProfile):
    """The profile in the export, with the account's other columns."""

    public_location = GeometryField(
        precision=COORDINATE_DIGITS, allow_null=True, help_text=_("The public point")
    )
    has_password = serializers.BooleanField(source="has_usable_password")

    class Meta:
        model = Member
        fields = (
            *OwnProfile.Meta.fields,
            "email_verified_at", "public_location", "last_login", "is_active",
            "is_staff", "is_superuser", "has_password",
        )  # fmt: skip


class Sympathy(serializers.Serializer):
    """The likes between two members; `email` is only there if they match."""

    liked = serializers.BooleanField()
    matched = serializers.BooleanField()
    email = serializers.EmailField(
        required=False,
        allow_null=True,
        help_text=_("Only if it is a match; null if there is no e-mail"),
    )

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not instance.matched:
            del shown["email"]
        return shown


class NewReport(serializers.Serializer):
    reason = serializers.ChoiceField(Report.Reason.choices)
    text = TextField(
        has_lines=True,
        required=False,
        allow_blank=True,
        default="",
        max_length=constants.REPORT_TEXT_MAX_LENGTH,
    )


class SentReport(AllShown, serializers.ModelSerializer[Report]):
    class Meta:
        model = Report
        fields = ("reason", "text", "created_at")
