"""Throttles: how often one account, and one address, may do something.

settings.THROTTLE_RATES has the scopes. `@throttled("like")` on a view's method counts
its requests; what is no view of DRF's calls `count`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from project.lib.api import known_devices
from project.lib.redis.limiter import count_in_window
from project.lib.server.client_address import client_address

if TYPE_CHECKING:  # a cycle: views import this module by DRF's settings
    from rest_framework.views import APIView

SALT = "throttles"  # in keys of Redis: stays if this module is renamed

Method = TypeVar("Method", bound=Callable[..., Any])


def caller(request: Request) -> str | None:
    return str(request.user.pk) if request.user.is_authenticated else None


def is_anonymous(request: Request) -> bool:
    return not request.user.is_authenticated


def always(request: Request) -> bool:
    return True


def once(request: Request) -> int:
    return 1


@dataclass(frozen=True)
class Throttle:
    scope: str
    account: Callable[[Request], str | None]
    when: Callable[[Request], bool]
    times: Callable[[Request], int]


def throttled(
    scope: str,
    *,
    account: Callable[[Request], str | None] = caller,
    when: Callable[[Request], bool] = always,
    times: Callable[[Request], int] = once,
    signs_in: bool = False,
) -> Callable[[Method], Method]:
    """Decorate a view's method to answer 429 beyond the rate of `scope`.

    `account` names what is counted beside the address, None for nothing (see `count`);
    for an e-mail, its identity, so that one mailbox is one account. Requests for which
    `when` is false do not count. `times`: how many times a request counts, if not once.
    `signs_in`: a success makes the device a known one of the account. The schema shows
    the 429.
    """
    if scope not in settings.THROTTLE_RATES:
        raise ImproperlyConfigured(f"settings.THROTTLE_RATES has no {scope!r}")

    def mark(method: Method) -> Method:
        marks = (
            Throttle(scope, account, when, times),
            *getattr(method, "throttles", ()),
        )
        marked = _remembering(method, account) if signs_in else method
        marked.throttles = marks  # type: ignore[attr-defined]
        return marked

    return mark


def _remembering(method: Method, account: Callable[[Request], str | None]) -> Method:
    @wraps(method)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Any:
        who = account(request)  # before the method uses up the credentials
        response = method(view, request, *args, **kwargs)
        if who is not None:
            remember_device(request, who, response)
        return response

    return cast(Method, answer)


def is_known(request: Request, account: str) -> bool:
    """Return whether the account has signed in on the request's device."""
    device = known_devices.known_device(account, request.META, request.COOKIES)
    return device is not None


def remember_device(request: Request, account: str, response: Response) -> None:
    """Remember the request's device as one of the account's."""
    if settings.THROTTLES:
        known_devices.remember_device(account, request.META, response)


def remember_address(meta: Mapping[str, Any], account: str) -> None:
    """Remember the request's address as one of the account's."""
    if settings.THROTTLES:
        known_devices.remember_address(account, meta)


def throttles_of(view: "APIView", method: str) -> tuple[Throttle, ...]:
    """Return what `throttled` has set on the view's handler of the HTTP `method`."""
    name = getattr(view, "action", None) or method.lower()
    return getattr(getattr(view, name, None), "throttles", ())


class MarkedMethods(BaseThrottle):
    """The throttle of every view: counts requests to methods that are `throttled`.

    Other requests, such as the same view's preflights and 405s, do not count.
    """

    wait_s = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not settings.THROTTLES:
            return True
        for throttle in throttles_of(view, request.method or ""):
            times = throttle.times(request) if throttle.when(request) else 0
            if times:
                who = throttle.account(request)
                # Signed-in members are no strangers, so their device need not be known.
                cookies = None if throttle.account is caller else request.COOKIES
                self.wait_s = count(throttle.scope, request.META, who, times, cookies)
            if self.wait_s:
                return False
        return True

    def wait(self) -> float:
        return self.wait_s


def count(
    scope: str,
    meta: Mapping[str, Any],
    account: str | None,
    times: int = 1,
    cookies: Mapping[str, str] | None = None,
) -> float:
    """Count an attempt and return 0, or return the seconds until the next is allowed.

    An attempt that counts several `times` is allowed wholly or not at all, and never
    above the rate's own limit.

    The account has the scope's rate, its address THROTTLE_ADDRESS_FACTOR times that,
    because many people can share one. Without an account, the address has the rate.
    Refused attempts do not count. `meta` is request.META. `cookies`: request.COOKIES of
    a request that is not signed in; then each device that the account has signed in on
    has the account's rate to itself, so that a stranger's guesses lock nobody out. If
    Redis fails, each process counts by itself.
    """
    if not settings.THROTTLES:
        return 0
    rate = settings.THROTTLE_RATES[scope]
    address = client_address(meta)
    if account is None:
        limits = {_key(scope, "address alone", address): rate.limit}
    else:
        shared = rate.limit * settings.THROTTLE_ADDRESS_FACTOR
        device = None
        if cookies is not None:
            device = known_devices.known_device(account, meta, cookies)
        kind = f"account on {device}" if device else "account"
        limits = {
            _key(scope, kind, account): rate.limit,
            _key(scope, "address", address): shared,
        }
    return count_in_window(scope, limits, rate.window_s, times)


def _key(scope: str, kind: str, who: str) -> str:
    """Return the Redis key, which hashes the e-mail or address."""
    digest = salted_hmac(f"{SALT} {kind}", who, algorithm="sha256").hexdigest()
    return f"throttle:{scope}:{digest}"
