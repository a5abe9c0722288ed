"""The demo members that people can sign in as, and their passwords.

A password is derived from this installation's SECRET_KEY: it is stored nowhere,
differs between installations, and can be printed again at any time.
"""

from typing import NamedTuple

from django.contrib.auth.hashers import check_password
from django.utils.crypto import salted_hmac

from matchmaker.demo.people import ADMIN_NUMBER, SIGN_INS, email_of, home_city
from matchmaker.models import Member

PASSWORD_LENGTH = 12
# 32 characters, so that a byte modulo 32 is uniform; no two look alike.
READABLE = "abcdefghijkmnpqrstuvwxyz23456789"


class SignIn(NamedTuple):
    """A sign-in; `password` is None once the member has changed it."""

    email: str
    password: str | None
    name: str
    city: str
    is_staff: bool


def password_of(email: str) -> str:
    """Return 12 readable characters: 60 bits of an HMAC with the SECRET_KEY."""
    digest = salted_hmac("matchmaker.demo", email, algorithm="sha256").digest()
    return "".join(READABLE[byte % len(READABLE)] for byte in digest[:PASSWORD_LENGTH])


def sign_ins() -> list[SignIn]:
    """Return the sign-ins that exist, staff last.

    Each password is tried: it may have been changed, or the SECRET_KEY replaced.
    """
    numbers = {email_of(number): number for number in range(1, SIGN_INS + 1)}
    members = Member.objects.filter(
        email_identity__in=numbers, is_active=True
    ).order_by("id")
    return [
        SignIn(
            email=email,
            password=_working_password(email, member.password),
            name=member.get_full_name(),
            city=home_city(numbers[email]).name,
            is_staff=numbers[email] == ADMIN_NUMBER,
        )
        for member in members
        if (email := member.email_identity)
    ]


def _working_password(email: str, encoded: str) -> str | None:
    password = password_of(email)
    return password if check_password(password, encoded) else None
