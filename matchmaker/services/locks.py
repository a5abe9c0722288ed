"""Which rows a service holds, and in what order, so that none waits in a circle."""

from collections.abc import Iterable, Iterator, Sequence
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
SELECT id, is_active, email, token_version FROM matchmaker_member
WHERE id IN (%s, %s) ORDER BY id FOR KEY SHARE
"""

# As above, at once and not at the commit: by then the deletion of what a foreign key
# refers to may be waiting for this transaction.
_HOLD = 'SELECT id FROM "{}" WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE'


def locked_member(member: Member) -> Member:
    """The member's row as it is now, until the transaction ends."""
    row = Member.objects.select_for_update().filter(pk=member.pk).first()
    if row is None:
        raise errors.TokenDead
    return row


def locked_caller(member: Member) -> Member:
    """The row of whoever has just signed in, or bears a token, locked.

    Raises TokenDead if the member is gone, inactive or signed out everywhere since
    `member` was read: what was let in before a new password is not done after it.
    """
    row = locked_member(member)
    if not row.is_active or row.token_version != member.token_version:
        raise errors.TokenDead
    return row


def locked_members(ids: Iterable[int]) -> dict[int, Member]:
    """The rows of these members as they are now, until the transaction ends."""
    rows = Member.objects.select_for_update().filter(pk__in=[*ids]).order_by("pk")
    return {row.pk: row for row in rows}


def held_members(ids: Iterable[int]) -> set[int]:
    """Which of these members there are; they are not deleted in this transaction."""
    return held_rows(Member._meta.db_table, ids)


def held_caller(member: Member, others: Iterable[int]) -> set[int]:
    """The same of `member`, who asks for something, and others.

    Raises TokenDead as `locked_caller`: nobody consents for an owner who has just
    taken the account back.
    """
    held = held_members({member.pk, *others})
    now = Member.objects.filter(pk=member.pk, token_version=member.token_version)
    if not now.exists():
        raise errors.TokenDead
    return held


def held_rows(table: str, ids: Iterable[int]) -> set[int]:
    """Which of these rows there are; they are not deleted in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(table), [[*ids]])
        return {pk for (pk,) in cursor.fetchall()}


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
    # Who blocks whom, the earlier first.
    blockers: Sequence[int]

    @property
    def is_blocked_by_viewer(self) -> bool:
        return self.viewer.pk in self.blockers

    @property
    def is_hidden(self) -> bool:
        """Whether the other is not the viewer's to know of: gone, or hiding.

        Whoever blocked first has known of the other, and goes on to.
        """
        return not self.other.is_active or self.blockers[:1] == [self.other.pk]

    def require_visible(self) -> None:
        """Raise MemberUnknown when the viewer may not know of the other."""
        if not self.other.is_active or self.blockers:
            raise errors.MemberUnknown


@contextmanager
def locked_pair(viewer: Member, other_id: int) -> Iterator[Pair]:
    """One transaction in which nobody else changes what is between the two.

    Locks the pair, not its members, who may be busy with any number of others. Raises
    Oneself; MemberUnknown when there is no such member; TokenDead for a viewer who is
    deleted, or signed out everywhere since it was read: nobody consents after that.
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
        # Also when one of them is gone, which would else be answered sooner.
        blocks = Block.objects.filter(blocks_between(viewer.pk, other_id))
        blockers = list(blocks.order_by("id").values_list("from_member", flat=True))
        me = members.get(viewer.pk)
        if me is None or me.token_version != viewer.token_version:
            raise errors.TokenDead
        if other_id not in members:
            raise errors.MemberUnknown
        yield Pair(viewer, members[other_id], blockers)
