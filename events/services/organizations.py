"""Organizations: who makes, changes and belongs to them."""

from collections.abc import Iterable, Mapping
from typing import TypedDict, Unpack

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from events import errors, signals
from events.models import Departure, Membership, Organization, Role
from events.services.locks import hold_members
from events.services.naming import (
    NO_EMAILS,
    REFUSALS,
    name_members,
    note_departure,
    require_email_proven,
)
from matchmaker.models import Member
from matchmaker.staff import may
from project.lib.constraints import violations_as
from project.lib.emails import email_identity


class OrganizationFields(TypedDict, total=False):
    """`location`: lon/lat degrees, SRID 4326."""

    title: str
    description: str
    postcode: str
    address: str
    location: Point | None


def create_organization(
    creator: Member,
    *,
    users: Iterable[Member],
    emails: Mapping[int, str] = NO_EMAILS,
    **fields: Unpack[OrganizationFields],
) -> Organization:
    """Make an organization of `creator`, its owner, and name `users` in it.

    `emails`: the identities of the e-mails that some of them were named by. Raises
    UserUnknown for one who does not want that, or was deleted meanwhile.
    """
    others = {user.pk: user for user in users if user.pk != creator.pk}
    with violations_as(REFUSALS):
        hold_members(creator, others.values())
        organization = Organization.objects.create(**fields)
        Membership.objects.create(
            organization=organization,
            member=creator,
            role=Role.OWNER,
            confirmed_at=Now(),
        )
        name_members(organization, dict.fromkeys(others, Role.MEMBER), emails)
        _tell(organization, creator.pk, *others)
    return organization


def change_organization(
    member: Member, organization_id: int, **changes: Unpack[OrganizationFields]
) -> Organization:
    """Raises Unknown, and NotYours for all but its owners and staff who may."""
    with transaction.atomic():
        organization = _held(organization_id)
        _require_owner(member, organization, "events.change_organization")
        for name, value in changes.items():
            setattr(organization, name, value)
        organization.save(update_fields=list(changes))
    return organization


def delete_organization(member: Member, organization_id: int) -> None:
    """Its events stay, without it. Raises Unknown, and NotYours as above."""
    with transaction.atomic():
        # Wholly: who names it in an event has it before, or finds it gone.
        organization = _held(organization_id, no_key=False)
        _require_owner(member, organization, "events.delete_organization")
        signals.organization_closed.send(Organization, organization_id=organization.pk)
        organization.delete()


def add_member(
    member: Member,
    organization_id: int,
    *,
    user: Member,
    role: Role | None,
    emails: Mapping[int, str] = NO_EMAILS,
) -> None:
    """Name `user` in an organization, or change the role there; None leaves it.

    Owners and staff who may do so; a member who was named confirms with the own id to
    be one, and so does one who left and is asked back. `emails`: the identity of the
    e-mail that `user` was named by. Raises Unknown, NotYours, LastOwner, EmailUnproven,
    and UserUnknown for who does not want to be named.
    """
    refusals = dict.fromkeys(REFUSALS, errors.OneUserUnknown)
    with violations_as(refusals):
        hold_members(member, [user])
        organization = _held(organization_id)
        membership = organization.memberships.filter(member=user).first()
        is_own = user.pk == member.pk
        if membership is not None:
            _change_role(member, organization, membership, role)
        elif is_own:
            _join(member, organization, role or Role.MEMBER)
        else:
            _require_owner(member, organization, "events.add_membership")
            name_members(organization, {user.pk: role or Role.MEMBER}, emails)
        _tell(organization, user.pk)


def require_may_name(member: Member, organization_id: int) -> None:
    """Raise Unknown, or NotYours for who may name nobody but themselves there.

    Before the others are looked up: that would tell who has an account.
    """
    with transaction.atomic():
        organization = _held(organization_id)
        _require_owner(
            member, organization, "events.add_membership", "events.change_membership"
        )


def remove_member(
    member: Member, organization_id: int, *, user_id: int | None, email: str | None
) -> None:
    """Owners and staff who may remove anybody, members themselves; by id or by e-mail.

    Also those who are hidden from them. Who leaves comes back by own consent only, and
    when they are asked back; removing them takes that back too. Raises Unknown,
    NotYours, LastOwner.
    """
    if email is not None and email_identity(email) == member.email_identity:
        user_id, email = member.pk, None
    named = Q(member=user_id) if email is None else Q(member__email_identity=email)
    with transaction.atomic():
        hold_members(member)
        organization = _held(organization_id)
        is_own = user_id == member.pk
        if not is_own:
            _require_owner(member, organization, "events.delete_membership")
        organization.departures.filter(named).update(asked_back_at=None)
        membership = organization.memberships.filter(named).first()
        if membership is None:
            return
        _require_owner_besides(membership)
        if is_own:
            note_departure(membership)
        membership.delete()
        _tell(organization, membership.member_id)


def _change_role(
    member: Member,
    organization: Organization,
    membership: Membership,
    role: Role | None,
) -> None:
    """Give a role; of the own membership that confirms it, also with a lesser role.

    Also one that was confirmed before: by the owner of the account now, it may be.
    """
    new_role = role or Role(membership.role)
    is_own = membership.member_id == member.pk
    if not is_own or new_role not in (membership.role, Role.MEMBER):
        _require_owner(member, organization, "events.change_membership")
    if new_role != Role.OWNER:
        _require_owner_besides(membership)
    membership.role = new_role
    if is_own:
        require_email_proven(member, membership.named_email)
        membership.named_email, membership.confirmed_at = None, Now()
    membership.save(update_fields=["role", "confirmed_at", "named_email"])


def _join(member: Member, organization: Organization, role: Role) -> None:
    """Come back, if one is asked to; staff who may name anybody name themselves."""
    left = Departure.objects.filter(organization=organization, member=member)
    asked = left.filter(asked_back_at__isnull=False).first()
    if asked is None or role != Role.MEMBER:
        _require_owner(member, organization, "events.add_membership")
    if asked is not None:
        require_email_proven(member, asked.named_email)
    left.delete()
    Membership.objects.create(
        organization=organization, member=member, role=role, confirmed_at=Now()
    )


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


def _require_owner(
    member: Member, organization: Organization, *permissions: str
) -> None:
    """Raise NotYours for all but its owners, who confirmed, and staff who may."""
    owners = organization.memberships.filter(
        member=member, role=Role.OWNER, confirmed_at__isnull=False
    )
    if not may(member, *permissions) and not owners.exists():
        raise errors.NotYours


def _require_owner_besides(membership: Membership) -> None:
    """Before an owner goes: another, who is active, wants to be it, and is held.

    Held since the account may be going; and who did not confirm to be an owner is
    none. Else one could make a stranger the only owner of whatever it is.
    """
    if membership.role != Role.OWNER or membership.confirmed_at is None:
        return
    owners = confirmed_owners(membership.organization).exclude(pk=membership.pk)
    if owners.select_for_update(of=("self",)).first() is None:
        raise errors.LastOwner


def confirmed_owners(organization: Organization) -> QuerySet[Membership]:
    """Those who can act as its owners."""
    return organization.memberships.filter(
        role=Role.OWNER, confirmed_at__isnull=False, member__is_active=True
    )
