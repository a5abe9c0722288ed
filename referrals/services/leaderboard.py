"""Choose whether a member may be shown on the leaderboard."""

from django.db import transaction

from matchmaker.errors import TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import held_members
from referrals.models import Unlisted


def set_listed(member: Member, listed: bool) -> None:
    """Show the member on leaderboards, or on none after the commit.

    Repeating it changes nothing. Raises TokenDead for a deleted member.
    """
    with transaction.atomic():
        if not held_members([member.pk]):
            raise TokenDead
        if listed:
            Unlisted.objects.filter(member=member).delete()
        else:
            Unlisted.objects.bulk_create(
                [Unlisted(member=member)], ignore_conflicts=True
            )
