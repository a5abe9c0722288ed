"""Hunter's API: whether an e-mail takes mail, and what is public about its owner.

As hunter.io/api-documentation/v2 has it. The key travels in a header, and neither it
nor the e-mail is ever logged.
"""

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx
from django.conf import settings

from project.lib.emails import deliverable
from referrals import sanitize_json as foreign_json

logger = logging.getLogger(__name__)

ANSWER_MAX_BYTES = 64 * 1024
# What only a person can change, a new key or a larger plan, is not there in a minute.
REFUSED_PAUSE_S = 3600
PAUSE_MAX_S = 86_400

# The key is wrong, has no credit left, or is used too often; 429 is the plan's limit.
_REFUSALS = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
}
# 202: they are at it. 222: the mail server said something odd, Hunter's own status.
_LATER = {202, 222, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}

# Refusals that were logged since the last answer: one line each, not one a row.
_told: set[int] = set()


class Later(Exception):
    """No answer yet. `pause_s`: how long not to ask again, if Hunter says so."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


class Claimed(Exception):
    """Whose e-mail it is forbids that it be processed, by Hunter or by us."""


class Rejected(Exception):
    """Hunter will never take this question."""


def verify(email: str) -> dict[str, Any] | None:
    """`status`, `score`, … of an e-mail; None when Hunter knows nothing.

    Raises Later, Claimed or Rejected.
    """
    return _object(_ask("email-verifier", email=deliverable(email)), "data")


def enrich(email: str) -> dict[str, Any] | None:
    """`person` and `company`, in Clearbit's shape or None; None when both are.

    Raises Later, Claimed or Rejected.
    """
    body = _ask("combined/find", email=deliverable(email), clearbit_format="true")
    both = _object(body, "data") or body
    found = {part: _object(both, part) for part in ("person", "company")}
    return found if any(found.values()) else None


def _ask(path: str, **query: str) -> Any:
    """The answer's JSON; None when there is none to this question."""
    try:
        status, headers, text = asyncio.run(_exchange(path, query))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError) as error:
        # Nothing more of it: its message may have the address, or the key.
        raise Later(type(error).__name__) from None
    if status in _REFUSALS:
        _tell_once(status)
        default = None if status == HTTPStatus.FORBIDDEN else REFUSED_PAUSE_S
        raise Later(str(status), _retry_after_s(headers) or default)
    if status in _LATER or 300 <= status < 400 or status >= 500:
        raise Later(str(status), _retry_after_s(headers))
    if status == HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS:
        raise Claimed
    if status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
        raise Rejected(str(status))
    _told.clear()
    if status == HTTPStatus.NOT_FOUND:
        return None
    try:
        return foreign_json.read(text)
    except ValueError:
        raise Later("no JSON") from None


async def _exchange(
    path: str, query: dict[str, str]
) -> tuple[int, httpx.Headers, bytes]:
    """Status, headers and, of a 200 only, the body.

    Asynchronous for its one time-out of everything: httpx's own begin anew with each
    byte that a server spares. Redirects are not followed: the key would go with them.
    """
    headers = {
        "X-API-KEY": settings.HUNTER_API_KEY,
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # so that a small answer stays small
    }
    url = f"{settings.HUNTER_URL.rstrip('/')}/{path}"
    timeout_s = settings.HUNTER_TIMEOUT_S
    async with (
        asyncio.timeout(timeout_s),
        httpx.AsyncClient(headers=headers, timeout=timeout_s) as client,
        client.stream("GET", url, params=query, follow_redirects=False) as answer,
    ):
        text = bytearray()
        if answer.status_code == HTTPStatus.OK:
            async for part in answer.aiter_raw():
                text += part
                if len(text) > ANSWER_MAX_BYTES:
                    raise Later("too large")
        return answer.status_code, answer.headers, bytes(text)


def _tell_once(status: int) -> None:
    if status not in _told:
        _told.add(status)
        logger.error(
            "Hunter answers %s: is HUNTER_API_KEY right, and paid for?", status
        )


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Seconds, which may be said as an instant; None when there is no good header."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), PAUSE_MAX_S))
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    wait_s = (instant - datetime.now(UTC)).total_seconds()
    return min(max(wait_s, 0), PAUSE_MAX_S)


def _object(value: Any, key: str) -> dict[str, Any] | None:
    """The object under `key`; None for whatever else there is."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) and found else None
