"""Claim, prove and drop phone numbers of accounts."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from matchmaker import constants, errors
from matchmaker.models import AccountMail, Member
from matchmaker.services.locks import locked_member, locked_members
from matchmaker.services.sign_in import sign_out_everywhere
from project.lib.background import due
from project.lib.constraints import violations_as


class _HolderChanged(errors.PhoneTaken):
    """The number's holder has changed since it was looked up."""


def columns(row: Member, changes: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what else changes with `row`'s numbers; an account has at most one.

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


def prove_phone(member: Member, phone: str) -> Member:
    """Make `phone` (E.164) the member's proven number; return the member's row.

    The caller has checked a one-time code. The last to prove a number holds it: an
    earlier holder with an e-mail loses it, is signed out everywhere (somebody may still
    be signed in by the number) and is told by mail. The member is told of a new number
    too. Proofs of one number wait for each other; if the holder changes meanwhile, it
    is looked up again. Repeating it changes nothing.

    Raises PhoneHasAccount for a holder who has only the number; TokenDead if the member
    is gone, inactive or signed out everywhere since `member` was read.
    """
    while True:
        try:
            return _prove(member, phone)
        except _HolderChanged:
            continue


def _prove(member: Member, phone: str) -> Member:
    with violations_as({"member_phone_unique": _HolderChanged}):
        held = Member.objects.filter(phone_number=phone).exclude(pk=member.pk)
        holder_id = held.values_list("pk", flat=True).first()
        rows = locked_members({member.pk, holder_id} - {None})
        row, holder = rows.get(member.pk), rows.get(holder_id)
        if (
            row is None
            or not row.is_active
            or row.token_version != member.token_version
        ):
            raise errors.TokenDead
        if holder_id and (holder is None or holder.phone_number != phone):
            raise _HolderChanged
        if holder:
            _take_number(holder, phone)
        if row.phone_number != phone:
            row.phone_number, row.claimed_phone = phone, None
            row.save(update_fields=["phone_number", "claimed_phone"])
            # Somebody with a session stolen for a minute could add permanent access.
            shown = f"…{phone[-constants.PHONE_DIGITS_TOLD :]}"
            _tell(row, AccountMail.Kind.PHONE_ADDED, shown)
        return row


def _take_number(holder: Member, phone: str) -> None:
    """Take the number from a locked earlier holder, tell it and sign it out."""
    if holder.email is None:
        raise errors.PhoneHasAccount
    _tell(holder, AccountMail.Kind.PHONE_LOST, phone)
    holder.phone_number = None
    holder.save(update_fields=["phone_number"])
    sign_out_everywhere(holder)


def _tell(member: Member, kind: AccountMail.Kind, phone: str) -> None:
    """Mail the member about what happened to a number, if it has an e-mail."""
    if member.email is None:
        return
    mail = AccountMail.objects.create(
        member=member, kind=kind, email=member.email, phone_number=phone
    )
    due.nudge(constants.ACCOUNT_MAIL, mail.pk)


def drop_phone_claim(member: Member) -> None:
    """Forget the account's number, whether it was claimed or proven.

    For a password reset by e-mail: somebody who planted a number and proved it must not
    come back by it. The owner can prove it again. Codes requested from the account
    expire with its tokens (sign_out_everywhere). An account without an e-mail keeps its
    number. Raises TokenDead for a deleted member.
    """
    with transaction.atomic():
        row = locked_member(member)
        if row.email is None:
            return
        member.phone_number = member.claimed_phone = None
        member.save(update_fields=["phone_number", "claimed_phone"])
