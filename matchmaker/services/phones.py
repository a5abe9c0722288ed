"""Phone numbers of an account: claimed and dropped."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from matchmaker import errors
from matchmaker.models import Member
from matchmaker.services.locks import locked_member


def columns(row: Member, changes: Mapping[str, Any]) -> dict[str, str | None]:
    """What else a change of `row`'s numbers changes; an account has one at most.

    `row` is locked. Raises PhoneProofNeeded for a claim beside a proven number.
    """
    if changes.get("phone_number"):
        return {"claimed_phone": None}
    if "claimed_phone" not in changes:
        return {}
    claimed = changes["claimed_phone"]
    if claimed is None:
        return {"phone_number": None, "claimed_phone": None}
    if row.phone_number is None:
        return {}
    if row.phone_number != claimed:
        raise errors.PhoneProofNeeded
    return {"claimed_phone": None}


def drop_phone_claim(member: Member) -> None:
    """Forget the account's number, whether it was claimed or proven.

    For a password that is reset by e-mail: whoever planted a number, and proved it,
    must not come back by it. The owner proves it again. Codes that were asked for from
    the account die with its tokens (sign_out_everywhere). An account without an e-mail
    is its number, and keeps it. Raises TokenDead for a deleted member.
    """
    with transaction.atomic():
        row = locked_member(member)
        if row.email is None:
            return
        member.phone_number = member.claimed_phone = None
        member.save(update_fields=["phone_number", "claimed_phone"])
