"""Which rows a service locks, and in what order, to avoid deadlocks.

Members first, because deleting an account begins with its own row; then the event, then
organizations, then the rows between them.
"""

from collections.abc import Iterable
from typing import NoReturn

from events import errors
from events.models import Event, Membership, Organization, Role
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import held_caller, held_members, held_rows


def hold_members(member: Member, others: Iterable[Member] = ()) -> None:
    """Lock `member`, who asks, and `others`, so that they are not deleted meanwhile.

    Raises TokenDead if `member` was deleted or signed out everywhere since it was read,
    UserUnknown if one of the others was deleted.
    """
    ids = {member.pk, *(other.pk for other in others)}
    if held_caller(member, ids) != ids:
        raise errors.UserUnknown


def hold_owners(member: Member, organization_ids: Iterable[int]) -> set[int]:
    """Lock `member` and the owners of these organizations in the same way.

    Returns the ids of the locked owners. Raises TokenDead.
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
    """Lock the event. Raises Unknown for a cancelled one."""
    held = Event.objects.ongoing().select_for_update(no_key=True, of=("self",))
    event = held.filter(pk=event_id).first()
    if event is None:
        raise errors.Unknown
    return event


def hold_changeable_event(member: Member, event_id: int) -> Event:
    """Lock an event that `member` may change. Raises Unknown, NotYours."""
    event = hold_event(event_id)
    if not Event.objects.changeable_by(member).filter(pk=event_id).exists():
        refuse(member, event)
    return event


def hold_deletable_event(member: Member, event_id: int) -> Event:
    """Lock an event that `member` may delete. Raises Unknown, NotYours."""
    event = hold_event(event_id)
    if not Event.objects.deletable_by(member).filter(pk=event_id).exists():
        refuse(member, event)
    return event


def refuse(member: Member, event: Event) -> NoReturn:
    """Raise NotYours, or Unknown if `member` may not even know of the event."""
    is_visible = Event.objects.visible_to(member).filter(pk=event.pk).exists()
    raise errors.NotYours if is_visible else errors.Unknown


def hold_organizations(ids: Iterable[int]) -> None:
    """Lock organizations so that they are not deleted. Raises OrganizationUnknown."""
    if held_rows(Organization._meta.db_table, ids) != {*ids}:
        raise errors.OrganizationUnknown


def hold_memberships(
    member: Member, organization_ids: Iterable[int]
) -> dict[int, Role]:
    """Lock the confirmed memberships of `member`; return their roles by organization.

    The organizations are locked by the caller.
    """
    confirmed = Membership.objects.filter(
        member=member, organization__in=organization_ids, confirmed_at__isnull=False
    )
    held = confirmed.order_by("organization").select_for_update(no_key=True)
    return {row.organization_id: Role(row.role) for row in held}
