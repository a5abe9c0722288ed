"""The cookie by which a browser need not say twice which phone it asked a code for.

It is signed, not secret: it lies with the one who typed the number. It proves nothing
but that, so the code is needed beside it.
"""

from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request

from referrals import constants

COOKIE = "phone"


def remember(response: HttpResponseBase, phone: str) -> None:
    """For as long as its code is good, on the path that takes it."""
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
    """The phone (E.164), or None for a cookie that is missing, forged or too old."""
    phone: str | None = request.get_signed_cookie(
        COOKIE, None, salt=__name__, max_age=constants.ONE_TIME_CODE_LIFETIME_S
    )
    return phone


def forget(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, path=_path(), samesite="Lax")


def _path() -> str:
    return reverse("referrals:phone-sign-in")
