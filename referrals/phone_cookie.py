"""The cookie that remembers the phone for which a browser requested a code.

It is signed, not secret, because the person who typed the number has it. It proves
nothing else, so the code is still needed.
"""

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request

from referrals import constants

COOKIE = "phone"


def remember(response: HttpResponseBase, phone: str) -> None:
    """Set the cookie for as long as the code is valid, on the path that takes it."""
    response.set_signed_cookie(
        COOKIE,
        phone,
        salt=__name__,
        max_age=constants.ONE_TIME_CODE_LIFETIME_S,
        path=_path(),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def phone_of(request: Request) -> str | None:
    """Return the phone (E.164), or None if the cookie is missing, forged or expired."""
    phone: str | None = request.get_signed_cookie(
        COOKIE, None, salt=__name__, max_age=constants.ONE_TIME_CODE_LIFETIME_S
    )
    return phone


def forget(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, path=_path(), samesite="Lax")


def _path() -> str:
    return reverse("referrals:phone-sign-in")
