"""Prove a phone number by a code, and use the proof."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker import services as member_services
from matchmaker.errors import PhoneTaken, TokenDead
from matchmaker.models import Member
from matchmaker.services.locks import locked_member
from referrals import errors, one_time, sms
from referrals.services.codes import ensure_code

logger = logging.getLogger(__name__)

Issued = TypeVar("Issued")


def send_code(phone: str, asker: Member | None = None) -> str:
    """Send a new code to `phone` (E.164), in the active language, and return it.

    It asks nothing about members, so that all phones get the same answer. A code that
    `asker` requested while signed in is invalidated with that member's tokens. Raises
    SmsUnavailable, and the code is dropped; CodesUnavailable.
    """
    signed_in = f"{asker.pk} {asker.token_version}" if asker else ""
    code = one_time.issue(phone, signed_in)
    text = _("Matchmaker code: %(code)s. Do not share it with anyone.") % {"code": code}
    try:
        sms.backend().send(to=phone, text=text)
    except sms.SmsFailed as error:
        logger.error("A code was not sent: %s", error)
        with suppress(errors.OneTimeCodeWrong):  # there is a newer one
            one_time.use(phone, code)
        raise errors.SmsUnavailable from error
    return code


def sign_in_by_phone(
    *,
    phone: str,
    code: str,
    language: str | None,
    issue: Callable[[Member], Issued],
    on_known_device: bool = False,
) -> Issued:
    """Sign in the member with this phone, created if needed; return what `issue` makes.

    `language` is what a new member has chosen, or None. Raises OneTimeCodeWrong;
    PhoneRefused for an inactive member, or one who is deleted meanwhile;
    CodesUnavailable. An account that only claims the number is not opened.
    """
    _use(phone, code, on_known_device)
    with transaction.atomic():
        member = member_with(phone, language)
        ensure_code(member)
        return issue(member)


def prove_phone(
    member: Member, *, phone: str, code: str, on_known_device: bool = False
) -> Member:
    """Make `phone` (E.164) the member's own by the code; return the member's row.

    Raises OneTimeCodeWrong; CodesUnavailable; and what matchmaker's prove_phone raises.
    """
    _use(phone, code, on_known_device)
    return member_services.prove_phone(member, phone)


def _use(phone: str, code: str, on_known_device: bool) -> None:
    """Use the code up, unless the asker has been signed out since."""
    signed_in = one_time.use(phone, code, on_known_device=on_known_device)
    if signed_in:
        pk, version = map(int, signed_in.split())
        asker = Member.objects.filter(pk=pk, token_version=version, is_active=True)
        if not asker.exists():
            raise errors.OneTimeCodeWrong


def member_with(phone: str, language: str | None) -> Member:
    """Return the active member with this phone, locked."""
    member = Member.objects.filter(phone_number=phone).first()
    if member is None:
        try:
            return member_services.register_member(
                password=None, phone_number=phone, language=language
            )
        except PhoneTaken:  # by another sign-in or sign-up at the same moment
            member = Member.objects.filter(phone_number=phone).first()
    if member is None:
        raise errors.PhoneRefused
    try:
        member = locked_member(member)
    except TokenDead as error:
        raise errors.PhoneRefused from error
    if member.phone_number != phone:  # another member just proved it, or it was removed
        raise errors.OneTimeCodeWrong
    if not member.is_active:
        raise errors.PhoneRefused
    return member
