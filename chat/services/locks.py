"""What a member's write locks first."""

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaker.errors import TokenDead
from matchmaker.models import Member
from project.lib.reads.statements import Param, Statement


@dataclass(frozen=True)
class _Members:
    ids: list[int]


# SHARE: a sign-out waits for it, so nothing is stored after the sign-out is answered.
# Always in the order of ids, as everywhere, so that nobody waits in a circle.
_HOLD: Statement[_Members] = Statement.written(
    """
    SELECT id, token_version FROM matchmaker_member
    WHERE id = ANY({ids}::bigint[]) AND is_active ORDER BY id FOR SHARE
    """,
    ids=Param[_Members](lambda values: values.ids),
)


def hold_signed_in(member: Member) -> None:
    """Keep the member from being deleted or signed out until the transaction ends.

    Raises TokenDead for one who is gone, inactive, or signed out since `member` was
    read: a socket has read it at its handshake.
    """
    if (member.pk, member.token_version) not in held_signed_in([member]):
        raise TokenDead


def held_signed_in(members: Iterable[Member]) -> set[tuple[int, int]]:
    """Keep members in the same way; return ids and token versions of active ones."""
    ids = sorted({member.pk for member in members})
    return {*_HOLD.rows(_Members(ids))}
