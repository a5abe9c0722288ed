"""Create and deactivate invitation codes."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from matchmaker.errors import TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import held_members
from project.lib.constraints import violations_as
from referrals import cache, errors
from referrals.codes import new_code
from referrals.models import InviteCode


class _CodeTaken(errors.InviteCodeActive):
    """The drawn code exists already (one of 890 million): draw again."""


_VIOLATIONS = {
    "invite_code_one_live": errors.InviteCodeActive,
    "invite_code_unique": _CodeTaken,
}


def create_code(member: Member, *, expires_at: datetime | None) -> InviteCode:
    """Create a code for the member, replacing one that was deactivated or has expired.

    Raises InviteCodeActive if one is active, TokenDead for a deleted member.
    """
    while True:
        try:
            return _create(member, expires_at)
        except _CodeTaken:
            continue


def ensure_code(member: Member) -> None:
    """Create a code without expiry for a member who never had one.

    A member who deleted their code gets no new one. Raises TokenDead for a deleted
    member.
    """
    if not InviteCode.objects.filter(member=member).exists():
        try:
            create_code(member, expires_at=None)
        except errors.InviteCodeActive:
            return  # another sign-in of the member came first


def delete_code(member: Member) -> None:
    """Deactivate the active code; nobody can activate it afterwards. Raises Unknown."""
    with transaction.atomic():
        code = InviteCode.objects.live().filter(member=member)
        ended = code.select_for_update(no_key=True).first()
        if ended is None:
            raise errors.Unknown
        _end(ended)


def end_code(code: InviteCode) -> bool:
    """Deactivate this code, as staff; False if it was deactivated before."""
    with transaction.atomic():
        rows = InviteCode.objects.filter(pk=code.pk, ended_at=None)
        row = rows.select_for_update(no_key=True).first()
        if row is not None:
            _end(row)
        return row is not None


def _create(member: Member, expires_at: datetime | None) -> InviteCode:
    with violations_as(_VIOLATIONS):
        if not held_members([member.pk]):
            raise TokenDead
        last = InviteCode.objects.filter(member=member, ended_at=None)
        expired = last.filter(expires_at__lte=Now())
        for code in expired.select_for_update(no_key=True):
            _end(code)
        return InviteCode.objects.create(
            member=member, code=new_code(), expires_at=expires_at
        )


def _end(code: InviteCode) -> None:
    InviteCode.objects.filter(pk=code.pk).update(ended_at=Now())
    transaction.on_commit(lambda: cache.forget(code.code), robust=True)
