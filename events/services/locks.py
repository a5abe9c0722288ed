"""Which rows a service holds, and in what order, so that none waits in a circle.

Members, since the deletion of an account begins with its own; then the event; then
organizations; then what is between them.
"""

from collections.abc import Iterable

from events import errors
from events.models import Organization
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import held_members, held_rows


def hold_members(member: Member, others: Iterable[Member] = ()) -> None:
    """Until the transaction ends, `member`, who asks, and `others` are not deleted.

    Raises TokenDead when `member` was, UserUnknown when one of the others.
    """
    ids = {member.pk, *(other.pk for other in others)}
    held = held_members(ids)
    if member.pk not in held:
        raise TokenDead
    if held != ids:
        raise errors.UserUnknown


def hold_organizations(ids: Iterable[int]) -> None:
    """Until the transaction ends, these are not deleted. Raises OrganizationForeign."""
    if held_rows(Organization._meta.db_table, ids) != {*ids}:
        raise errors.OrganizationForeign
