"""Organizations: create, change and delete them, and manage their members."""

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
    """Fields of an organization; `location`: lon/lat degrees, SRID 4326."""

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
    """Create an organization owned by `creator`, and name `users` in it.

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
    """Change an organization. Raises Unknown, and NotYours unless an owner or staff."""
    with transaction.atomic():
        organization = _held(organization_id)
        _require_owner(member, organization, "events.change_organization")
        for name, value in changes.items():
            setattr(organization, name, value)
        organization.save(update_fields=list(changes))
    return organization


def delete_organization(member: Member, organization_id: int) -> None:
    """Delete it; its events stay without it. Raises Unknown, NotYours as above."""
    with transaction.atomic():
        # A full lock: a service that adds it to an event comes before this, or finds it
        # gone.
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
    """Name `user` in an organization, or change their role; None leaves it as it is.

    Owners and permitted staff may. A member who was named confirms by naming
    themselves, and so does one who left and is asked back. `emails`: the identity of
    the e-mail by which `user` was named. Raises Unknown, NotYours, LastOwner,
    EmailUnproven, and UserUnknown for one who does not want to be named.
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
    """Raise Unknown, or NotYours if the member may name only themselves there.

    Checked before others are looked up, which would tell who has an account.
    """
    with transaction.atomic():
        organization = _held(organization_id)
        _require_owner(
            member, organization, "events.add_membership", "events.change_membership"
        )


def remove_member(
    member: Member, organization_id: int, *, user_id: int | None, email: str | None
) -> None:
    """Remove a member, by id or by e-mail: owners, permitted staff, or the member.

    Works for members hidden from the caller too. Members who leave come back only by
    their own consent and if asked back; removing them takes that back too. Raises
    Unknown, NotYours, LastOwner.
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
    """Change a role; of one's own membership this confirms it, also with a lesser role.

    An earlier confirmation is renewed: it may be of the account's previous holder.
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
    """Come back if asked back; staff who may name anybody name themselves."""
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
    """Lock the organization, so that owners leave one after another."""
    held = Organization.objects.select_for_update(no_key=no_key)
    organization = held.filter(pk=organization_id).first()
    if organization is None:
        raise errors.Unknown
    return organization


def _require_owner(
    member: Member, organization: Organization, *permissions: str
) -> None:
    """Raise NotYours unless the member is a confirmed owner or permitted staff."""
    owners = organization.memberships.filter(
        member=member, role=Role.OWNER, confirmed_at__isnull=False
    )
    if not may(member, *permissions) and not owners.exists():
        raise errors.NotYours


def _require_owner_besides(membership: Membership) -> None:
    """Lock another active, confirmed owner before an owner goes, or raise LastOwner.

    Locked because that account may be going too. Unconfirmed owners do not count:
    otherwise a stranger could become the only owner of anything.
    """
    if membership.role != Role.OWNER or membership.confirmed_at is None:
        return
    owners = confirmed_owners(membership.organization).exclude(pk=membership.pk)
    if owners.select_for_update(of=("self",)).first() is None:
        raise errors.LastOwner


def confirmed_owners(organization: Organization) -> QuerySet[Membership]:
    """Return the memberships that can act as owners."""
    return organization.memberships.filter(
        role=Role.OWNER, confirmed_at__isnull=False, member__is_active=True
    )
