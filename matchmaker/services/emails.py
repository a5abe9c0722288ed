"""E-mails of accounts: password resets, proofs, and changes."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from matchmaker import constants, errors, links, signals
from matchmaker.models import AccountMail, Member
from matchmaker.services.locks import locked_caller, locked_member
from matchmaker.services.phones import drop_phone_claim
from matchmaker.services.sign_in import sign_out_everywhere
from project.lib.background import due
from project.lib.constraints import violations_as
from project.lib.passwords import composed

Kind = AccountMail.Kind


def ask_for_reset(email: str) -> None:
    """Mail a link for a new password to `email`, if an account has it.

    No member is looked up here, so the time does not depend on whether one exists.
    """
    with transaction.atomic():
        _ask_for_mail(Kind.PASSWORD_FORGOTTEN, member=None, email=email)


def ask_for_proof(member: Member) -> None:
    """Mail a link that proves the member's e-mail.

    Does nothing if it is proven. Raises EmailMissing; TokenDead.
    """
    with transaction.atomic():
        row = locked_member(member)
        if row.email is None:
            raise errors.EmailMissing
        if not row.email_verified:
            _ask_for_mail(Kind.EMAIL_PROOF, member=row, email=row.email)


def columns(row: Member, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else changes with `row`'s e-mail: the new one is not proven."""
    if "email" not in changes or changes["email"] == row.email:
        return {}
    return {"email_verified_at": None, "pending_email": None}


def ask_for_change(member: Member, email: str) -> None:
    """Mail a link to the account's new e-mail, and tell the current one.

    Raises TokenDead if the member has been signed out everywhere (by a new password,
    for example) since `member` was read, because that ends what others have begun.
    """
    row = locked_caller(member)
    _ask_for_mail(Kind.NEW_EMAIL_PROOF, member=row, email=email)
    if row.email is not None:
        _ask_for_mail(Kind.EMAIL_CHANGE_ASKED, member=row, email=row.email)


def reset_password(uid: str, token: str, password: str) -> str:
    """Set the password by a mailed link; all earlier access to the account ends.

    Return the identity of the e-mail, with which the member now signs in.

    That is every token, session, bearer address, code and pending change, and the phone
    number, which may have been planted by whoever made the account. The e-mail becomes
    proven; if it was not, earlier consents show others no contacts (since_reclaimed).
    Of any number of calls with one link, one succeeds. Raises LinkDead.
    """
    if links.member_behind(uid, token, links.RESET) is None:
        raise errors.LinkDead
    encoded = make_password(
        composed(password)
    )  # slow on purpose, so not while the row is locked
    with transaction.atomic():
        row = _locked(uid, token, links.RESET)
        now = timezone.now()
        if row.email_verified_at is None:
            row.reclaimed_at = now
        row.password, row.email_verified_at = encoded, now
        row.save(update_fields=["password", "email_verified_at", "reclaimed_at"])
        drop_phone_claim(row)
        sign_out_everywhere(row)
        signals.account_recovered.send(Member, member_id=row.pk)
    return str(row.email_identity)


def prove_email(uid: str, token: str) -> None:
    """Prove a member's current or pending e-mail by a mailed link.

    A pending e-mail becomes the account's, and the earlier one is told. Raises
    LinkDead; EmailTaken if somebody has signed up with the new one since.
    """
    with violations_as({"member_email_identity_unique": errors.EmailTaken}):
        row = _locked(uid, token, links.VERIFY, links.CHANGE)
        if links.CHANGE.check_token(row, token):
            if row.email is not None:
                _ask_for_mail(Kind.EMAIL_CHANGED, member=row, email=row.email)
            row.email, row.pending_email = row.pending_email, None
        row.email_verified_at = timezone.now()
        row.save(update_fields=["email", "pending_email", "email_verified_at"])


def _locked(uid: str, token: str, *any_of: links.Link) -> Member:
    member = links.member_behind(uid, token, *any_of, locked=True)
    if member is None:
        raise errors.LinkDead
    return member


def _ask_for_mail(kind: str, *, member: Member | None, email: str) -> None:
    mail = AccountMail.objects.create(member=member, kind=kind, email=email)
    due.nudge(constants.ACCOUNT_MAIL, mail.pk)
