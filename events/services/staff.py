"""Organizations as staff writes them: for others, and all of a form at once."""

from collections.abc import Collection, Mapping
from typing import Unpack

from events import errors, signals
from events.models import Membership, Organization, Role
from events.services.locks import hold_members
from events.services.naming import REFUSALS, name_members
from events.services.organizations import OrganizationFields
from matchmaker.models import Member
from project.lib.constraints import violations_as


def register_organization(**fields: Unpack[OrganizationFields]) -> Organization:
    """Make an organization that nobody belongs to yet."""
    return Organization.objects.create(**fields)


def change_memberships(
    staff: Member,
    organization_id: int,
    *,
    roles: Mapping[int, Role],
    removed: Collection[int] = (),
) -> None:
    """Give members (ids) these roles, and take others out, all at once.

    Who is not in it is named, as by its owners. Staff may leave an organization to an
    owner who has not confirmed yet. Raises Unknown, LastOwner, and UserUnknown for who
    does not want to be named.
    """
    with violations_as(REFUSALS):
        hold_members(staff, [Member(pk=pk) for pk in roles])
        held = Organization.objects.select_for_update(no_key=True)
        organization = held.filter(pk=organization_id).first()
        if organization is None:
            raise errors.Unknown
        memberships = organization.memberships
        memberships.filter(member__in=removed).delete()
        there = dict(memberships.values_list("member", "role"))
        for role in Role:
            given = [pk for pk, its in roles.items() if its == role]
            memberships.filter(member__in=given).update(role=role)
        new = {pk: role for pk, role in roles.items() if pk not in there}
        name_members(organization, new)
        after = there | dict(roles)
        if after and Role.OWNER not in after.values():
            raise errors.LastOwner
        signals.membership_changed.send(
            Membership,
            organization_id=organization_id,
            member_ids=[*roles, *removed],
        )
