"""Organizations: who makes, changes and belongs to them."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from events import errors, signals
from events.models import Membership, Organization, Role
from events.services.locks import hold_members
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
    """Make an organization of `creator`, its owner, and `users`, its members.

    Raises UserUnknown for one who was deleted meanwhile.
    """
    others = {user.pk: user for user in users if user.pk != creator.pk}
    with transaction.atomic():
        hold_members(creator, others.values())
        organization = Organization.objects.create(**fields)
        Membership.objects.create(
            organization=organization,
            member=creator,
            role=Role.OWNER,
            confirmed_at=Now(),
        )
        Membership.objects.bulk_create(
            Membership(organization=organization, member=other)
            for other in others.values()
        )
        _tell(organization, creator.pk, *others)
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
        # Wholly: who names it in an event has it before, or finds it gone.
        organization = _held(organization_id, no_key=False)
        _require_owner(member, organization)
        signals.organization_closed.send(Organization, organization_id=organization.pk)
        organization.delete()


def add_member(
    member: Member, organization_id: int, *, user: Member, role: Role | None
) -> Membership:
    """Put `user` into an organization, or change the role there; None leaves it.

    Owners and staff may do so; and a member who was put into it confirms with the own
    id that it is one. Raises Unknown, NotYours, LastOwner, UserUnknown.
    """
    with transaction.atomic():
        hold_members(member, [user])
        organization = _held(organization_id)
        membership = organization.memberships.filter(member=user).first()
        is_new, is_own = membership is None, user.pk == member.pk
        if membership is None:
            membership = Membership(organization=organization, member=user)
        new_role = role or Role(membership.role)
        if is_new or not is_own or membership.role != new_role:
            _require_owner(member, organization)
        if membership.role == Role.OWNER and new_role != Role.OWNER:
            _require_another_owner(membership)
        membership.role = new_role
        if is_own:
            membership.confirmed_at = Coalesce("confirmed_at", Now())
        membership.save()
        _tell(organization, user.pk)
    return membership


def require_may_name(member: Member, organization_id: int) -> None:
    """Raise Unknown, or NotYours for who may name nobody but themselves there.

    Before the others are looked up: that would tell who has an account.
    """
    with transaction.atomic():
        _owned(member, organization_id)


def remove_member(
    member: Member, organization_id: int, *, user_id: int | None, email: str | None
) -> None:
    """Owners and staff remove anybody, members themselves; by id or by e-mail.

    Also those who are hidden from them. Raises Unknown, NotYours, LastOwner.
    """
    if email is not None and email.upper() == (member.email or "").upper():
        user_id, email = member.pk, None
    named = Q(member=user_id) if email is None else Q(member__email__iexact=email)
    with transaction.atomic():
        organization = _held(organization_id)
        if user_id != member.pk:
            _require_owner(member, organization)
        membership = organization.memberships.filter(named).first()
        if membership is None:
            return
        if membership.role == Role.OWNER:
            _require_another_owner(membership)
        membership.delete()
        _tell(organization, membership.member_id)


def _tell(organization: Organization, *member_ids: int) -> None:
    signals.membership_changed.send(
        Membership, organization_id=organization.pk, member_ids=member_ids
    )


def _held(organization_id: int, *, no_key: bool = True) -> Organization:
    """The organization, until the transaction ends: owners leave one after another."""
    held = Organization.objects.select_for_update(no_key=no_key)
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


def _require_another_owner(membership: Membership) -> None:
    """One who is active, wants to be it, and is held, since the account may be going.

    Else one could make a stranger the only owner of whatever it is.
    """
    owners = membership.organization.memberships.filter(
        role=Role.OWNER, confirmed_at__isnull=False, member__is_active=True
    ).exclude(pk=membership.pk)
    if owners.select_for_update(of=("self",)).first() is None:
        raise errors.LastOwner
