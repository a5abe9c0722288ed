"""Devices an account has signed in on, which guessing elsewhere cannot lock out.

A browser is known by a signed cookie (OWASP, Device Cookies), and any client by its
address, which Redis remembers. Neither grants access: throttles only count a known
device's attempts apart from those of strangers.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from project.lib.redis.clients import redis_may_fail
from project.lib.redis.lua import script
from project.lib.server.client_address import client_address

COOKIE = "device"
SALT = "known devices"  # in cookies that live a year: stays if this module is renamed
COOKIE_MAX_AGE_S = 365 * 24 * 3600
ADDRESS_MAX_AGE_S = 90 * 24 * 3600

REMEMBER = "return redis.call('SET', KEYS[1], 1, 'EX', ARGV[1])"
IS_KNOWN = "return redis.call('EXISTS', KEYS[1])"


def known_device(
    account: str, meta: Mapping[str, Any], cookies: Mapping[str, str]
) -> str | None:
    """Return what identifies a device the account knows, or None for any other.

    `meta`, `cookies`: request.META and request.COOKIES.
    """
    try:
        value = signing.get_cookie_signer(salt=SALT).unsign(
            cookies.get(COOKIE, ""), max_age=COOKIE_MAX_AGE_S
        )
        name, _space, owner = value.partition(" ")
        if constant_time_compare(owner, _digest(account)):
            return f"cookie {name}"
    except signing.BadSignature:
        pass
    address = client_address(meta)
    return f"address {address}" if _run(IS_KNOWN, account, address) else None


def remember_address(account: str, meta: Mapping[str, Any]) -> None:
    _run(REMEMBER, account, client_address(meta), ADDRESS_MAX_AGE_S)


def remember_device(
    account: str, meta: Mapping[str, Any], response: HttpResponseBase
) -> None:
    """Remember the client by its address, and a browser by a cookie."""
    remember_address(account, meta)
    value = f"{get_random_string(22)} {_digest(account)}"
    response.set_cookie(
        COOKIE,
        signing.get_cookie_signer(salt=SALT).sign(value),
        max_age=COOKIE_MAX_AGE_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _run(lua: str, account: str, address: str, *args: int) -> Any:
    key = f"known:{_digest(f'{account} {address}')}"
    with redis_may_fail("no address is known"):
        return script(lua)(keys=[key], args=args)
    return None


def _digest(text: str) -> str:
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()
