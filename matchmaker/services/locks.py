"""Which rows a service holds, and in what order, so that none waits in a circle."""

from matchmaker import errors
from matchmaker.models import Member


def locked_member(member: Member) -> Member:
    """The member's row as it is now, until the transaction ends."""
    row = Member.objects.select_for_update().filter(pk=member.pk).first()
    if row is None:
        raise errors.TokenDead
    return row
