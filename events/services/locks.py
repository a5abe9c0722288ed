"""Which rows a service holds, and in what order, so that none waits in a circle.

Members, since the deletion of an account begins with its own; then the event; then
organizations; then what is between them.
"""

from collections.abc import Iterable
from typing import NoReturn

from events import errors
from events.models import Event, Membership, Organization, Role
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import held_caller, held_members, held_rows


def hold_members(member: Member, others: Iterable[Member] = ()) -> None:
    """Until the transaction ends, `member`, who asks, and `others` are not deleted.

    Raises TokenDead when `member` was, or has been signed out everywhere since it was
    read, UserUnknown when one of the others.
    """
    ids = {member.pk, *(other.pk for other in others)}
    if held_caller(member, ids) != ids:
        raise errors.UserUnknown


def hold_owners(member: Member, organization_ids: Iterable[int]) -> set[int]:
    """The same of `member` and the owners of these organizations.

    Returns the ids of the owners that are held. Raises TokenDead.
    """
    owners = Membership.objects.filter(
        organization__in=organization_ids,
        role=Role.OWNER,
        confirmed_at__isnull=False,
    )
    held = held_members({member.pk, *owners.values_list("member", flat=True)})
    if member.pk not in held:
        raise TokenDead
    return held


def hold_event(event_id: int) -> Event:
    """The event, until the transaction ends. Raises Unknown for a cancelled one."""
    held = Event.objects.ongoing().select_for_update(no_key=True, of=("self",))
    event = held.filter(pk=event_id).first()
    if event is None:
        raise errors.Unknown
    return event


def hold_changeable_event(member: Member, event_id: int) -> Event:
    """The same of one that `member` may change. Raises Unknown, NotYours."""
    event = hold_event(event_id)
    if not Event.objects.changeable_by(member).filter(pk=event_id).exists():
        refuse(member, event)
    return event


def hold_deletable_event(member: Member, event_id: int) -> Event:
    """The same of one that `member` may delete. Raises Unknown, NotYours."""
    event = hold_event(event_id)
    if not Event.objects.deletable_by(member).filter(pk=event_id).exists():
        refuse(member, event)
    return event


def refuse(member: Member, event: Event) -> NoReturn:
    """Raise NotYours, or Unknown when `member` may not even know of the event."""
    is_visible = Event.objects.visible_to(member).filter(pk=event.pk).exists()
    raise errors.NotYours if is_visible else errors.Unknown


def hold_organizations(ids: Iterable[int]) -> None:
    """Until the transaction ends, these are not deleted. Raises OrganizationUnknown."""
    if held_rows(Organization._meta.db_table, ids) != {*ids}:
        raise errors.OrganizationUnknown


def hold_memberships(
    member: Member, organization_ids: Iterable[int]
) -> dict[int, Role]:
    """The roles, by organization, in which `member` has confirmed to be in these.

    They stay what they are until the transaction ends. The organizations are held.
    """
    confirmed = Membership.objects.filter(
        member=member, organization__in=organization_ids, confirmed_at__isnull=False
    )
    held = confirmed.order_by("organization").select_for_update(no_key=True)
    return {row.organization_id: Role(row.role) for row in held}
