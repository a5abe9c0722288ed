"""Calendars that were written once, in Redis until their events change."""

import zlib
from collections.abc import Callable

from django.core.cache import cache

from events.constants import CALENDAR_KEPT_S
from project.lib.redis.clients import redis_may_fail
from project.lib.redis.encrypted import decrypted, encrypted


def kept_calendar(whose: str, tag: str, write: Callable[[], bytes]) -> bytes:
    """Return the calendar of this tag, which is written if Redis does not have it.

    `whose`: a feed, or a member's list. Each keeps one calendar, the last one, so that
    filters that change with each request do not fill Redis. The value is encrypted,
    since a feed tells where its member will be.
    """
    text = None
    with redis_may_fail("calendars are written anew"):
        key = f"calendar:{whose}"
        kept_tag, kept = cache.get(key, (None, b""))
        packed = decrypted(kept) if kept_tag == tag else None
        if packed is not None:
            return zlib.decompress(packed)
        text = write()
        packed = zlib.compress(text, level=1)
        cache.set(key, (tag, encrypted(packed)), CALENDAR_KEPT_S)
    return write() if text is None else text
