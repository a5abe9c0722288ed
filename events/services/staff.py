"""Organizations as staff writes them: for others, and a whole form at once."""

from collections.abc import Collection, Mapping
from typing import Unpack

from events import errors, signals
from events.models import Membership, Organization, Role
from events.services.locks import hold_members
from events.services.naming import REFUSALS, name_members
from events.services.organizations import OrganizationFields, confirmed_owners
from matchmaker.models import Member
from project.lib.constraints import violations_as


def register_organization(**fields: Unpack[OrganizationFields]) -> Organization:
    """Create an organization that has no members yet."""
    return Organization.objects.create(**fields)


def change_memberships(
    staff: Member,
    organization_id: int,
    *,
    roles: Mapping[int, Role],
    removed: Collection[int] = (),
) -> None:
    """Give members (ids) these roles, and remove others, all at once.

    New members are named, as by its owners. If an owner has confirmed, one who has
    confirmed must stay, or nobody; if none has, as in a new organization, one named
    owner is enough. Raises Unknown, LastOwner, OwnerUnconfirmed, and UserUnknown for
    one who does not want to be named.
    """
    with violations_as(REFUSALS):
        hold_members(staff, [Member(pk=pk) for pk in roles])
        held = Organization.objects.select_for_update(no_key=True)
        organization = held.filter(pk=organization_id).first()
        if organization is None:
            raise errors.Unknown
        memberships = organization.memberships
        was_owned = confirmed_owners(organization).exists()
        memberships.filter(member__in=removed).delete()
        there = {*memberships.values_list("member", flat=True)}
        for role in Role:
            given = [pk for pk, its in roles.items() if its == role]
            memberships.filter(member__in=given).update(role=role)
        new = {pk: role for pk, role in roles.items() if pk not in there}
        name_members(organization, new)
        _require_owner(organization, confirmed=was_owned)
        signals.membership_changed.send(
            Membership,
            organization_id=organization_id,
            member_ids=[*roles, *removed],
        )


def _require_owner(organization: Organization, *, confirmed: bool) -> None:
    """Refuse to leave members without an owner, or without a `confirmed` one.

    That owner is locked, because the account may be going.
    """
    memberships = organization.memberships
    if not memberships.exists():
        return
    if not memberships.filter(role=Role.OWNER).exists():
        raise errors.LastOwner
    held = confirmed_owners(organization).select_for_update(of=("self",))
    if confirmed and held.first() is None:
        raise errors.OwnerUnconfirmed
