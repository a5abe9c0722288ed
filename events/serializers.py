"""Shapes of organizations and events that come in."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from events import constants, errors
from events.filters import FeedFilter
from events.models import Organization, Role
from matchmaker.models import Member
from matchmaker.pictures import PictureField
from project.lib.bodies import as_json
from project.lib.emails import email_identity
from project.lib.fields import LocationInput
from project.lib.moments import Moment, MomentField
from project.lib.text import TextField

BIGINT_MAX = 2**63 - 1
PARAMETER_MAX_LENGTH = 200
DATES = {"date", "all_day"}


class NamedMember(serializers.Serializer):
    """One member: `{"id": 5}` or `{"email": "…"}`."""

    id = serializers.IntegerField(required=False, min_value=1, max_value=BIGINT_MAX)
    email = serializers.CharField(required=False, max_length=254)

    def to_internal_value(self, data: Any) -> Any:
        named = super().to_internal_value(data)
        if len(named) != 1:
            raise serializers.ValidationError([_("Give an id or an e-mail.")])
        return named


class MembersField(serializers.ListField):
    """A list of named members, validated to the members themselves, in one query.

    Nobody is named whom the caller may not know of, or who does not want it.
    """

    child = NamedMember()

    def to_internal_value(self, data: Any) -> list[Member]:
        named = super().to_internal_value(data)
        return _members(named, self.context["request"].user)


class MemberField(NamedMember):
    """A named member, validated to the member.

    One of the organization has a role there, which may be changed.
    """

    def to_internal_value(self, data: Any) -> Any:
        named = super().to_internal_value(data)
        request = self.context["request"]
        there = Member.objects.filter(
            memberships__organization=request.parser_context["kwargs"]["pk"]
        )
        return _members([named], request.user, there)[0]


def _members(
    named: list[dict[str, Any]], viewer: Member, there: Any = None
) -> list[Member]:
    """Those named: of `there`, or who want to be. Nobody learns which of it fails."""
    willing = Q(may_be_named=True) | Q(pk=viewer.pk)
    if there is not None:
        willing |= Q(pk__in=there.values("pk"))
    ids = [n["id"] for n in named if "id" in n]
    emails = [email_identity(n["email"]) for n in named if "email" in n]
    known = Member.objects.visible_to(viewer).filter(willing)
    found = list(known.filter(Q(pk__in=ids) | Q(email_identity__in=emails)))
    by_name: dict[Any, Member] = {m.email_identity: m for m in found}
    by_name |= {m.pk: m for m in found}
    try:
        return [by_name[n.get("id") or email_identity(n["email"])] for n in named]
    except KeyError:
        raise serializers.ValidationError(errors.UserUnknown.detail) from None


class OrganizationChanges(LocationInput):
    title = TextField(max_length=constants.TITLE_MAX_LENGTH, required=False)
    description = TextField(
        has_lines=True,
        max_length=constants.DESCRIPTION_MAX_LENGTH,
        required=False,
        allow_blank=True,
    )
    postcode = TextField(
        max_length=constants.POSTCODE_MAX_LENGTH, required=False, allow_blank=True
    )
    address = TextField(
        has_lines=True,
        max_length=constants.ADDRESS_MAX_LENGTH,
        required=False,
        allow_blank=True,
    )


class NewOrganization(OrganizationChanges):
    title = TextField(max_length=constants.TITLE_MAX_LENGTH)
    users = MembersField(required=False, default=list, max_length=constants.USERS_MAX)


class NewMembership(serializers.Serializer):
    user = MemberField()
    role = serializers.ChoiceField(
        Role.choices,
        default=None,
        help_text=_("Without it a new one is a member, and others stay what they are"),
    )


def names_oneself(request: Any) -> bool:
    """Whether the `user` of a body is the caller: nobody else is looked up then."""
    data, errors = as_json(NewMembership, request)
    named = FormerMembership(data=data)
    if errors or not named.is_valid():
        return True  # nobody; what is wrong is told in its place
    return is_oneself(named.validated_data["user"], request.user)


def is_oneself(named: dict[str, Any], me: Member) -> bool:
    return named.get("id") == me.pk or (
        "email" in named and email_identity(named["email"]) == me.email_identity
    )


class FormerMembership(serializers.Serializer):
    user = NamedMember()


class NamedOrganization(serializers.Serializer):
    id = serializers.IntegerField(min_value=1, max_value=BIGINT_MAX)


class OrganizationsField(serializers.ListField):
    """`[{"id": 1}]`, validated to the ids."""

    child = NamedOrganization()

    def to_internal_value(self, data: Any) -> list[int]:
        return [named["id"] for named in super().to_internal_value(data)]


def _agree(moment: Moment | None, all_day: bool) -> bool:
    if moment is None:
        return not all_day
    return moment.is_midnight if all_day else not moment.is_day


class EventChanges(LocationInput):
    title = TextField(max_length=constants.TITLE_MAX_LENGTH, required=False)
    description = TextField(
        has_lines=True,
        max_length=constants.DESCRIPTION_MAX_LENGTH,
        required=False,
        allow_blank=True,
    )
    image = PictureField(
        max_side_px=constants.PICTURE_MAX_SIDE_PX, required=False, allow_null=True
    )
    date = MomentField(
        required=False, allow_null=True, help_text=_("A date, or a date-time")
    )
    all_day = serializers.BooleanField(
        required=False,
        help_text=_("A date alone is all day; so is a date-time at 00:00 with this"),
    )
    organizations = OrganizationsField(
        required=False,
        max_length=constants.ORGANIZATIONS_MAX,
        help_text=_('[{"id": 1}]; in a form its JSON text, or organizations[0][id]'),
    )
    capacity = serializers.IntegerField(
        min_value=1, max_value=constants.CAPACITY_MAX, required=False, allow_null=True
    )

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        values: Any = {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            errors = dict(error.detail)  # type: ignore[arg-type]
        if isinstance(data, dict) and not DATES & errors.keys():
            errors |= self._date_errors(data)
        if errors:
            raise serializers.ValidationError(errors)
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "all_day" in attrs:
            attrs["is_all_day"] = attrs.pop("all_day")
        if "date" in attrs:
            moment = attrs["date"]
            if moment is None or moment.is_day:
                attrs["is_all_day"] = moment is not None
            is_day = attrs.get("is_all_day")
            attrs["date"] = moment and (moment.day if is_day else moment.instant)
        return attrs

    def _date_errors(self, data: dict[str, Any]) -> dict[str, Any]:
        """On both where they do not fit: a change drops the one that is as read."""
        given = {name: self.fields[name].run_validation(data[name])
                 for name in DATES & data.keys()}  # fmt: skip
        if len(given) < len(DATES) or _agree(given["date"], given["all_day"]):
            return {}
        message = [_("A day has no time, and what is all day has a date.")]
        return dict.fromkeys(sorted(DATES), message)


class NewEvent(EventChanges):
    title = TextField(max_length=constants.TITLE_MAX_LENGTH)

    def _date_errors(self, data: dict[str, Any]) -> dict[str, Any]:
        all_day = self.fields["all_day"].run_validation(data.get("all_day", False))
        if all_day and "date" not in data:
            return {"all_day": [errors.DayMissing.detail]}
        return super()._date_errors(data)

    def validate_organizations(self, ids: list[int]) -> list[int]:
        """Told with all else that is wrong; the service holds it once more."""
        if Organization.objects.filter(pk__in=ids).count() != len(set(ids)):
            raise serializers.ValidationError(errors.OrganizationUnknown.detail)
        return ids


class ParameterField(serializers.CharField):
    """The value of a query parameter, as its text; JSON's true and numbers too."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool):
            data = "true" if data else "false"
        return str(super().to_internal_value(data))


class NewFeed(serializers.Serializer):
    """The filters of a feed, validated to `filters`: texts by parameter's name."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {
            name: ParameterField(
                required=False,
                allow_blank=True,
                allow_null=True,
                max_length=PARAMETER_MAX_LENGTH,
                help_text=FeedFilter.base_filters[known].extra.get("help_text"),
            )
            for name, known in FeedFilter.names().items()
        }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        wrong: dict[str, Any] = {}
        try:
            given = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(data, dict):
                raise
            wrong = dict(error.detail)  # type: ignore[arg-type]
            rest = {name: data[name] for name in data.keys() - wrong.keys()}
            given = super().to_internal_value(rest)
        frozen = {name: text for name, text in given.items() if text}
        try:
            FeedFilter.read_frozen(frozen)
        except serializers.ValidationError as error:
            wrong |= dict(error.detail)  # type: ignore[arg-type]
        if wrong:
            raise serializers.ValidationError(wrong)
        names = FeedFilter.names()
        return {"filters": {names[name]: text for name, text in frozen.items()}}


class Attending(serializers.Serializer):
    wait = serializers.BooleanField(
        default=False, help_text=_("Where it is full, wait for a place")
    )
