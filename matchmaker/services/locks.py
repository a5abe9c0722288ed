"""Which rows a service holds, and in what order, so that none waits in a circle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from matchmaker import errors
from matchmaker.models import Block, Member
from matchmaker.querysets import blocks_between

BIGINT_MAX = 2**63 - 1

# Of advisory locks, beside those of pairs, which are hashes.
DELETION_LOCK = 0x64656C657465

# KEY SHARE is what a foreign key takes, but before anything else is held: a deletion,
# which waits for it, cannot meet this transaction half way through the pair's rows.
_LOCK_PAIR = """
SELECT id, is_active, email FROM matchmaker_member
WHERE id IN (%s, %s) ORDER BY id FOR KEY SHARE
"""


def locked_member(member: Member) -> Member:
    """The member's row as it is now, until the transaction ends."""
    row = Member.objects.select_for_update().filter(pk=member.pk).first()
    if row is None:
        raise errors.TokenDead
    return row


def hold_deletions() -> None:
    """Until the transaction ends, nobody else deletes a member.

    Two that delete what is between them would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DELETION_LOCK])


@dataclass(frozen=True)
class Pair:
    """Two members, one of whom asks, and the blocks between them."""

    viewer: Member
    other: Member
    is_blocked_by_viewer: bool
    is_blocked_by_other: bool

    def require_visible(self) -> None:
        """Raise MemberUnknown when the viewer may not know of the other."""
        self.require_reportable()
        if self.is_blocked_by_viewer:
            raise errors.MemberUnknown

    def require_reportable(self) -> None:
        """Raise MemberUnknown when the other is gone, or gone for the viewer.

        The viewer's own block does not matter: one blocks, then reports.
        """
        if not self.other.is_active or self.is_blocked_by_other:
            raise errors.MemberUnknown


@contextmanager
def locked_pair(viewer: Member, other_id: int) -> Iterator[Pair]:
    """One transaction in which nobody else changes what is between the two.

    Locks the pair, not its members, who may be busy with any number of others. Raises
    Oneself; MemberUnknown when there is no such member; TokenDead for a deleted viewer.
    """
    if other_id == viewer.pk:
        raise errors.Oneself
    if other_id > BIGINT_MAX:
        raise errors.MemberUnknown
    low, high = sorted((viewer.pk, other_id))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"pair {low} {high}"],
            )
        members = {m.pk: m for m in Member.objects.raw(_LOCK_PAIR, [low, high])}
        if viewer.pk not in members:
            raise errors.TokenDead
        if other_id not in members:
            raise errors.MemberUnknown
        blockers = Block.objects.filter(blocks_between(viewer, other_id)).values_list(
            "from_member", flat=True
        )
        yield Pair(
            viewer,
            members[other_id],
            is_blocked_by_viewer=viewer.pk in blockers,
            is_blocked_by_other=other_id in blockers,
        )
