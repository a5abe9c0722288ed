"""Fields of organizations and their members as clients send them."""

from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from events import constants, errors
from events.models import Role
from matchmaker.models import Member
from project.lib.api.bodies import as_json
from project.lib.api.fields import BoundedListField, LocationInput, WholeNumberField
from project.lib.emails import email_identity
from project.lib.text import TextField

BIGINT_MAX = 2**63 - 1


class NamedMember(serializers.Serializer):
    """One member: `{"id": 5}` or `{"email": "…"}`."""

    id = WholeNumberField(required=False, min_value=1, max_value=BIGINT_MAX)
    email = serializers.CharField(required=False, max_length=254)

    def to_internal_value(self, data: Any) -> Any:
        named = super().to_internal_value(data)
        if len(named) != 1:
            raise serializers.ValidationError([_("Specify an id or an e-mail.")])
        return named


class Named(NamedTuple):
    """`email`: the identity of the e-mail that the member was named by, if it was."""

    member: Member
    email: str | None


class MembersField(BoundedListField):
    """A list of members to name, validated to `Named`, in one query.

    Members whom the caller may not know of, or who do not want it, are refused.
    """

    child = NamedMember()

    def to_internal_value(self, data: Any) -> list[Named]:
        named = super().to_internal_value(data)
        return _members(named, self.context["request"].user)


class MemberField(NamedMember):
    """One member to name, validated to `Named`.

    A member of the organization is accepted too: their role may be changed.
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
) -> list[Named]:
    """Return the named members: of `there`, or those who want to be named.

    The error does not tell which of them failed, or why.
    """
    willing = Q(may_be_named=True) | Q(pk=viewer.pk)
    if there is not None:
        willing |= Q(pk__in=there.values("pk"))
    names = [
        (n.get("id"), email_identity(n["email"]) if "email" in n else None)
        for n in named
    ]
    ids = [pk for pk, _email in names if pk]
    emails = [email for _pk, email in names if email]
    known = Member.objects.known_to(viewer).filter(willing)
    found = list(known.filter(Q(pk__in=ids) | Q(email_identity__in=emails)))
    by_name: dict[Any, Member] = {m.email_identity: m for m in found}
    by_name |= {m.pk: m for m in found}
    try:
        return [Named(by_name[pk or email], email) for pk, email in names]
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

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        named = data["users"]
        return data | {"users": [one.member for one in named], "emails": _emails(named)}


class NewMembership(serializers.Serializer):
    user = MemberField()
    role = serializers.ChoiceField(
        Role.choices,
        default=None,
        help_text=_(
            "By default a new member gets the role of a member, and others keep theirs"
        ),
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        named = data["user"]
        return data | {"user": named.member, "emails": _emails([named])}


def _emails(named: list[Named]) -> dict[int, str]:
    """The e-mails that members were named by, without those also named by their id."""
    by_id = {one.member.pk for one in named if one.email is None}
    return {
        one.member.pk: one.email
        for one in named
        if one.email is not None and one.member.pk not in by_id
    }


def names_oneself(request: Any) -> bool:
    """Return whether the body's `user` is the caller; then nobody is looked up."""
    data, errors = as_json(NewMembership, request)
    named = FormerMembership(data=data)
    if errors or not named.is_valid():
        return True  # it names nobody; the field reports the error
    return is_oneself(named.validated_data["user"], request.user)


def is_oneself(named: dict[str, Any], me: Member) -> bool:
    return named.get("id") == me.pk or (
        "email" in named and email_identity(named["email"]) == me.email_identity
    )


class FormerMembership(serializers.Serializer):
    user = NamedMember()
