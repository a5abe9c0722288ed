"""Likes, matches, passes and blocks: what one member decides about another.

Concurrent actions of two members towards each other run one after the other
(locks.locked_pair). Each may be repeated, and then changes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from matchmaker import constants, errors, signals
from matchmaker.models import Block, Like, Match, MatchMail, Member, Pass
from matchmaker.querysets import match_between
from matchmaker.services.locks import Pair, locked_pair
from project.lib.background import due


@dataclass(frozen=True)
class Sympathy:
    """The likes between two members, as far as one of them may know.

    `email`: the other member's, only if they match; None if there is none, or if the
    other's like is from before the owner took the account back.
    """

    liked: bool
    matched: bool
    email: str | None = None


def like_member(viewer: Member, other_id: int) -> tuple[Sympathy, bool]:
    """Like a member, and match if it is mutual; the second value: is the like new?

    A pass on the member ends. After commit, a new match mails both. Raises
    MemberUnknown, Oneself.
    """
    with locked_pair(viewer, other_id) as pair:
        pair.require_visible()
        _like, is_new = Like.objects.get_or_create(
            from_member=viewer, to_member=pair.other
        )
        Pass.objects.filter(from_member=viewer, to_member=pair.other).delete()
        liked_back = Like.objects.filter(from_member=pair.other, to_member=viewer)
        if is_new and liked_back.exists():
            _match(pair)
        return read_sympathy(viewer, other_id), is_new


def read_sympathy(viewer: Member, other_id: int) -> Sympathy:
    """Return the likes between two members. Raises MemberUnknown, Oneself."""
    if other_id == viewer.pk:
        raise errors.Oneself
    match = Match.objects.filter(match_between(viewer, OuterRef("pk")))
    found = (
        Member.objects.known_to(viewer)
        .with_liked_by(viewer)
        .with_shared_email(viewer)
        .annotate(matched=Exists(match))
        .filter(pk=other_id)
        .values_list("liked", "matched", "shared_email")
        .first()
    )
    if found is None:
        raise errors.MemberUnknown
    return Sympathy(*found)


def withdraw_like(viewer: Member, other_id: int) -> None:
    """Withdraw the like; a match ends with it. Raises MemberUnknown, Oneself."""
    with locked_pair(viewer, other_id) as pair:
        pair.require_visible()
        _withdraw(viewer, pair.other)
        _tell(pair)


def block_member(viewer: Member, other_id: int) -> None:
    """Hide both members from each other; the blocker's like and a match end.

    A blocked member can block too, which counts when the other block ends; but the
    answer is MemberUnknown, as for anybody hidden. Raises Oneself too.
    """
    with locked_pair(viewer, other_id) as pair:
        if not pair.is_blocked_by_viewer:
            _withdraw(viewer, pair.other)
            Block.objects.create(from_member=viewer, to_member=pair.other)
            _tell(pair)
    if pair.is_hidden:  # after the commit
        raise errors.MemberUnknown


def unblock_member(viewer: Member, other_id: int) -> None:
    """Remove the viewer's block. Raises MemberUnknown, Oneself."""
    with locked_pair(viewer, other_id) as pair:
        Block.objects.filter(from_member=viewer, to_member=pair.other).delete()
        _tell(pair)
    if pair.is_hidden:  # after the commit
        raise errors.MemberUnknown


def pass_member(viewer: Member, other_id: int) -> None:
    """Pass on a member, who is then not discovered again. A like stays.

    Raises MemberUnknown, Oneself.
    """
    with locked_pair(viewer, other_id) as pair:
        pair.require_visible()
        Pass.objects.get_or_create(from_member=viewer, to_member=pair.other)


def bring_back_member(viewer: Member, other_id: int) -> None:
    """Undo `pass_member`. Raises MemberUnknown, Oneself."""
    with locked_pair(viewer, other_id) as pair:
        pair.require_visible()
        Pass.objects.filter(from_member=viewer, to_member=pair.other).delete()


def end_like(like: Like) -> None:
    """Withdraw a like in its member's place, for staff, even of a hidden member.

    Raises MemberUnknown, TokenDead when one of the two is gone.
    """
    with locked_pair(like.from_member, like.to_member_id) as pair:
        _withdraw(pair.viewer, pair.other)
        _tell(pair)


def end_match(match: Match) -> None:
    """Withdraw both likes, for staff, because a match cannot exist without them.

    Raises MemberUnknown, TokenDead when one of the two is gone.
    """
    with locked_pair(match.first_member, match.second_member_id) as pair:
        _withdraw(pair.viewer, pair.other)
        _withdraw(pair.other, pair.viewer)
        _tell(pair)


def _match(pair: Pair) -> None:
    first, second = sorted((pair.viewer, pair.other), key=lambda member: member.pk)
    Match.objects.create(first_member=first, second_member=second)
    _ask_for_mail(pair.viewer, about=pair.other)
    _ask_for_mail(pair.other, about=pair.viewer)
    signals.match_created.send(Match, member_ids=[first.pk, second.pk])


def _ask_for_mail(member: Member, *, about: Member) -> None:
    """Mail `member` about the match, if there is an address and no recent mail."""
    if member.email is None:
        return
    mail, is_new = MatchMail.objects.get_or_create(member=member, about=about)
    if not is_new:
        # Locked, because mails.send_match_mail may be marking it as failed.
        mail = MatchMail.objects.select_for_update().get(pk=mail.pk)
        if mail.given_up_at is None and mail.sent_at is None:
            return  # from an earlier match; about to be sent
        pause = timedelta(days=constants.MATCH_MAIL_PAUSE_DAYS)
        if mail.sent_at and mail.sent_at > timezone.now() - pause:
            return
        now = Now()
        MatchMail.objects.filter(pk=mail.pk).update(
            due_at=now, next_attempt_at=now, attempts=0, sent_at=None, given_up_at=None
        )
    due.nudge(constants.MATCH_MAIL, mail.pk)


def _withdraw(member: Member, other: Member) -> None:
    """Delete the member's like of the other; the database deletes a match with it."""
    Like.objects.filter(from_member=member, to_member=other).delete()


def _tell(pair: Pair) -> None:
    ids = [pair.viewer.pk, pair.other.pk]
    signals.relation_changed.send(Pair, member_ids=ids)
