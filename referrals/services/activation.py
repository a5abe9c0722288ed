"""Activate an invitation code; nothing else creates a `Referral`."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from matchmaker.models import Member
from matchmaker.services.locks import held_caller
from project.lib.constraints import violations_as
from project.lib.server.client_address import client_address
from referrals import cache, errors
from referrals.codes import normalise
from referrals.models import InviteCode, Referral

_VIOLATIONS = {
    "referrals_referral_pkey": errors.AlreadyInvited,
    "referral_not_self": errors.InviteCodeOwn,
}

# SHARE: ending the code waits for its activations, and later activations find it ended.
# The clock is read again, since the transaction may have begun long ago.
_HOLD_LIVE = """
SELECT member_id FROM referrals_invitecode
WHERE code = %s AND ended_at IS NULL
  AND (expires_at IS NULL OR expires_at > clock_timestamp())
FOR SHARE
"""


def activate_code(
    member: Member, code: str, *, meta: Mapping[str, Any], at_sign_up: bool = False
) -> Referral:
    """Record that the owner of the active `code` has invited `member`, only once.

    `meta` is request.META, for the address. Of any number of simultaneous calls one
    succeeds. Raises AlreadyInvited if the member has activated any code before, this
    one included; InviteCodeOwn; InviteCodeUnknown; TokenDead if the member was deleted
    or signed out everywhere since it was read.
    """
    # Checked first, so that nothing is learnt about the code that is tried.
    if Referral.objects.filter(pk=member.pk).exists():
        raise errors.AlreadyInvited
    code = normalise(code)
    owner_id = cache.owner_of(code, lambda: _read_owner(code))
    if owner_id is None:
        raise errors.InviteCodeUnknown
    with violations_as(_VIOLATIONS):
        held = held_caller(member, [owner_id])
        if owner_id not in held or not _is_open(member, owner_id, code):
            raise errors.InviteCodeUnknown
        return Referral.objects.create(
            invited=member,
            referrer_id=owner_id,
            code=code,
            at_sign_up=at_sign_up,
            address_digest=_digest(client_address(meta)),
        )


def _is_open(member: Member, owner_id: int, code: str) -> bool:
    """Lock the code; return whether it is active and `member` may know its owner."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_LIVE, [code])
        if cursor.fetchone() != (owner_id,):
            return False
    # A hidden owner has given the code away, so hiding is no obstacle.
    return Member.objects.reachable_by(member).filter(pk=owner_id).exists()


def _read_owner(code: str) -> cache.Owner | None:
    left = ExpressionWrapper(F("expires_at") - Now(), output_field=DurationField())
    found = (
        InviteCode.objects.live()
        .filter(code=code)
        .values_list("member_id", left)
        .first()
    )
    if found is None:
        return None
    member_id, left_s = found
    return cache.Owner(member_id, left_s and max(1, int(left_s.total_seconds() * 1000)))


def _digest(address: str) -> str:
    """Return one key for each address, from which the address cannot be read."""
    return salted_hmac(__name__, address, algorithm="sha256").hexdigest()[:32]
