"""Which rows a service locks, and in what order, to avoid deadlocks."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction

from matchmaker import errors
from matchmaker.acquaintances import acquainted_with
from matchmaker.models import Block, Member
from matchmaker.querysets import blocks_between
from matchmaker.viewer import ROW_ID, VIEWER, ViewedRow, Viewer
from project.lib.reads.statements import Statement

BIGINT_MAX = 2**63 - 1

# Advisory lock keys; those of pairs are hashes.
DELETION_LOCK = 0x64656C657465

# KEY SHARE is what a foreign key takes, but here before any other lock: a deletion has
# to wait for it, and cannot meet this transaction half way through the pair's rows.
_LOCK_PAIR = """
SELECT id, is_active, email, token_version FROM matchmaker_member
WHERE id IN (%s, %s) ORDER BY id FOR KEY SHARE
"""

# As above, at once instead of at the commit, when the deletion of a referred row may
# already be waiting for this transaction.
_HOLD = 'SELECT id FROM "{}" WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE'


def locked_member(member: Member) -> Member:
    """Lock the member's row until the transaction ends, and return it."""
    row = Member.objects.select_for_update().filter(pk=member.pk).first()
    if row is None:
        raise errors.TokenDead
    return row


def locked_caller(member: Member) -> Member:
    """Lock and return the row of a member who has just signed in or has a token.

    Raises TokenDead if the member is gone, inactive or signed out everywhere since
    `member` was read: a request from before a new password has no effect after it.
    """
    row = locked_member(member)
    if not row.is_active or row.token_version != member.token_version:
        raise errors.TokenDead
    return row


def locked_members(ids: Iterable[int]) -> dict[int, Member]:
    """Lock the rows of these members until the transaction ends, and return them."""
    rows = Member.objects.select_for_update().filter(pk__in=[*ids]).order_by("pk")
    return {row.pk: row for row in rows}


def held_members(ids: Iterable[int]) -> set[int]:
    """Return which of these members exist, held against deletion until the end."""
    return held_rows(Member._meta.db_table, ids)


def held_caller(member: Member, others: Iterable[int]) -> set[int]:
    """Hold `member`, who makes the request, and others.

    Raises TokenDead as `locked_caller` does: nobody consents for an owner who has just
    taken the account back.
    """
    held = held_members({member.pk, *others})
    now = Member.objects.filter(pk=member.pk, token_version=member.token_version)
    if not now.exists():
        raise errors.TokenDead
    return held


def held_rows(table: str, ids: Iterable[int]) -> set[int]:
    """Return which of these rows exist, held against deletion until the end."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD.format(table), [[*ids]])
        return {pk for (pk,) in cursor.fetchall()}


def hold_deletions() -> None:
    """Keep others from deleting members until the transaction ends.

    Two deletions of members with rows between them would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DELETION_LOCK])


@dataclass(frozen=True)
class Pair:
    """A viewer, another member, and the blocks between them.

    `is_acquainted`: the other does not hide, or the viewer knows them all the same.
    """

    viewer: Member
    other: Member
    is_acquainted: bool
    # Who blocks whom, the earlier first.
    blockers: Sequence[int]

    @property
    def is_blocked_by_viewer(self) -> bool:
        return self.viewer.pk in self.blockers

    @property
    def is_hidden(self) -> bool:
        """Return whether the viewer may not know of the other: gone, or hidden.

        The member who blocked first already knew of the other, and still may.
        """
        return (
            not self.other.is_active
            or not self.is_acquainted
            or self.blockers[:1] == [self.other.pk]
        )

    def require_visible(self) -> None:
        """Raise MemberUnknown if the viewer may not know of the other."""
        if self.is_hidden or self.blockers:
            raise errors.MemberUnknown


@contextmanager
def locked_pair(viewer: Member, other_id: int) -> Iterator[Pair]:
    """Run a transaction in which nobody else changes what is between the two.

    It locks the pair and not its members, so that they can act with others meanwhile.
    Raises Oneself; MemberUnknown if there is no such member; TokenDead if the viewer is
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
        # Also if one of them is gone, so that the time does not reveal it.
        blocks = Block.objects.filter(blocks_between(viewer.pk, other_id))
        blockers = list(blocks.order_by("id").values_list("from_member", flat=True))
        pair = ViewedRow(Viewer(viewer.pk), other_id)
        is_acquainted = _acquainted().row(pair) is not None
        me = members.get(viewer.pk)
        if me is None or me.token_version != viewer.token_version:
            raise errors.TokenDead
        if other_id not in members:
            raise errors.MemberUnknown
        yield Pair(viewer, members[other_id], is_acquainted, blockers)


@cache
def _acquainted() -> Statement[ViewedRow]:
    members = Member.objects.filter(acquainted_with(VIEWER), pk=ROW_ID)
    return Statement.of(members.values("pk"))
