"""Hunter's API: whether an e-mail accepts mail, and public facts about its owner.

Its reference is hunter.io/api-documentation/v2. The key travels in a header; neither
the key nor the e-mail is ever logged.
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
# Problems that only a person can solve (key, plan), so a minute would be too soon.
REFUSED_PAUSE_S = 3600
PAUSE_MAX_S = 86_400

# The key is wrong, has no credit left, or is used too often; 429 is the plan's limit.
_REFUSALS = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
}
# 202: Hunter is still working. 222: Hunter's own status for an odd mail server.
_LATER = {202, 222, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}

# Refusals logged since the last answer: one line for each kind, not for each row.
_told: set[int] = set()


class Later(Exception):
    """There is no answer yet. `pause_s`: how long to wait, if Hunter says so."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


class Claimed(Exception):
    """The owner of the e-mail forbids processing it, by Hunter or by us."""


class Rejected(Exception):
    """Hunter will never accept this question."""


def verify(email: str) -> dict[str, Any] | None:
    """Return `status`, `score`, … of an e-mail; None if Hunter knows nothing.

    Raises Later, Claimed or Rejected.
    """
    return _object(_ask("email-verifier", email=deliverable(email)), "data")


def enrich(email: str) -> dict[str, Any] | None:
    """Return `person` and `company` as Clearbit writes them; None if both are unknown.

    Raises Later, Claimed or Rejected.
    """
    body = _ask("combined/find", email=deliverable(email), clearbit_format="true")
    both = _object(body, "data") or body
    found = {part: _object(both, part) for part in ("person", "company")}
    return found if any(found.values()) else None


def _ask(path: str, **query: str) -> Any:
    """Return the answer's JSON; None if Hunter knows nothing."""
    try:
        status, headers, text = asyncio.run(_exchange(path, query))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, TimeoutError) as error:
        # Nothing more of it: its message may contain the address or the key.
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
    """Return status, headers and, only for 200, the body.

    It is asynchronous for one time limit over everything: httpx's own limits start
    again with each byte. Redirects are not followed, because the key would go with
    them.
    """
    headers = {
        "X-API-KEY": settings.HUNTER_API_KEY,
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # no small body that unpacks into a large one
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
    """Return seconds from the header, which may be a date; None if it is unusable."""
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
    """Return the object under `key`; None for anything else."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) and found else None
