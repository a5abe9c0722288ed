"""Which rows a service holds, and in what order, so that none waits in a circle.

Members, since the deletion of an account begins with its own; then the event; then
organizations; then what is between them.
"""

from collections.abc import Iterable

from django.db import connection

from events import errors
from events.models import Organization
from matchmaker.errors import TokenDead
from matchmaker.models import Member

# KEY SHARE is what a foreign key takes, at the commit: too late, for by then the
# deletion of what it refers to may be waiting for this transaction.
_HOLD = 'SELECT id FROM "{}" WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE'


def hold_members(member: Member, others: Iterable[Member] = ()) -> None:
    """Until the transaction ends, `member`, who asks, and `others` are not deleted.

    Raises TokenDead when `member` was, UserUnknown when one of the others.
    """
    ids = {member.pk, *(other.pk for other in others)}
    held = _held(Member._meta.db_table, ids)
    if member.pk not in held:
        raise TokenDead
    if held != ids:
        raise errors.UserUnknown


def hold_organizations(ids: Iterable[int]) -> None:
    """Until the transaction ends, these are not deleted. Raises OrganizationForeign."""
    if _held(Organization._meta.db_table, ids) != {*ids}:
        raise errors.OrganizationForeign


def _held(table: str, ids: Iterable[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(table), [[*ids]])
        return {pk for (pk,) in cursor.fetchall()}
