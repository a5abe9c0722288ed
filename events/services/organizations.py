"""Organizations: who makes, changes and belongs to them."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from events import errors
from events.models import Membership, Organization, Role
from matchmaker.models import Member


class OrganizationFields(TypedDict, total=False):
    """`location`: lon/lat degrees, SRID 4326."""

    title: str
    description: str
    postcode: str
    address: str
    location: Point | None


def create_organization(
    creator: Member, *, users: Iterable[Member], **fields: Unpack[OrganizationFields]
) -> Organization:
    """Make an organization of `creator`, its owner, and `users`, its members."""
    with transaction.atomic():
        organization = Organization.objects.create(**fields)
        Membership.objects.create(
            organization=organization,
            member=creator,
            role=Role.OWNER,
            confirmed_at=Now(),
        )
        others = {user.pk: user for user in users if user.pk != creator.pk}
        Membership.objects.bulk_create(
            Membership(organization=organization, member=other)
            for other in others.values()
        )
    return organization


def change_organization(
    member: Member, organization_id: int, **changes: Unpack[OrganizationFields]
) -> Organization:
    """Raises Unknown, and NotYours for all but its owners and staff."""
    with transaction.atomic():
        organization = _owned(member, organization_id)
        for name, value in changes.items():
            setattr(organization, name, value)
        organization.save(update_fields=list(changes))
    return organization


def delete_organization(member: Member, organization_id: int) -> None:
    """Its events stay, without it. Raises Unknown, and NotYours as above."""
    with transaction.atomic():
        _owned(member, organization_id).delete()


def add_member(
    member: Member, organization_id: int, *, user: Member, role: Role
) -> Membership:
    """Put `user` into an organization, or change the role there.

    Owners and staff may do so; and a member who was put into it confirms with the own
    id that it is one, whatever the role given. Raises Unknown, NotYours, LastOwner.
    """
    with transaction.atomic():
        organization = _held(organization_id)
        mine = organization.memberships.filter(member=member).first()
        if mine is not None and user.pk == member.pk:
            mine.confirmed_at = Coalesce("confirmed_at", Now())
            mine.save(update_fields=["confirmed_at"])
            if mine.role != Role.OWNER or role == Role.OWNER:
                return mine
        _require_owner(member, organization)
        membership, is_new = Membership.objects.get_or_create(
            organization=organization, member=user, defaults={"role": role}
        )
        if not is_new and membership.role != role:
            membership.role = role
            membership.save(update_fields=["role"])
            _require_an_owner_left(organization)
    return membership


def remove_member(
    member: Member, organization_id: int, *, user_id: int | None, email: str | None
) -> None:
    """Owners and staff remove anybody, members themselves; by id or by e-mail.

    Also those who are hidden from them. Raises Unknown, NotYours, LastOwner.
    """
    with transaction.atomic():
        organization = _held(organization_id)
        named = Q(member=user_id) if email is None else Q(member__email__iexact=email)
        others = organization.memberships.filter(named).exclude(member=member)
        if others.exists() or user_id != member.pk:
            _require_owner(member, organization)
        organization.memberships.filter(named).delete()
        _require_an_owner_left(organization)


def _held(organization_id: int) -> Organization:
    """The organization, until the transaction ends: owners leave one after another."""
    held = Organization.objects.select_for_update(no_key=True)
    organization = held.filter(pk=organization_id).first()
    if organization is None:
        raise errors.Unknown
    return organization


def _owned(member: Member, organization_id: int) -> Organization:
    organization = _held(organization_id)
    _require_owner(member, organization)
    return organization


def _require_owner(member: Member, organization: Organization) -> None:
    owners = organization.memberships.filter(role=Role.OWNER)
    if not member.is_staff and not owners.filter(member=member).exists():
        raise errors.NotYours


def _require_an_owner_left(organization: Organization) -> None:
    memberships = organization.memberships
    if not memberships.filter(role=Role.OWNER).exists() and memberships.exists():
        raise errors.LastOwner
