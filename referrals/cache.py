"""A Redis cache of whose an invitation code is, with the database behind it.

Redis only says where to look, never that a code is active: `services.activate` asks the
database again, under a lock. So a stale entry can only cost a query. Stale entries are
avoided all the same: after a miss, what was read from the database may be stored only
if nobody has forgotten the code since, which the `lease` tells. Neither codes nor
members can be read from Redis.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from project.lib.redis.clients import redis_may_fail
from project.lib.redis.encrypted import decrypted, encrypted
from project.lib.redis.lua import script

LIFETIME_S = 3600
LEASE_S = 10

READ = """
local owner = redis.call('GET', KEYS[1])
if not owner then redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2]) end
return owner
"""
STORE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
FORGET = "return redis.call('DEL', KEYS[1], KEYS[2])"


@dataclass(frozen=True)
class Owner:
    """The owner of a code; `live_ms`: how long it stays active; None without expiry."""

    member_id: int
    live_ms: int | None


def owner_of(code: str, read: Callable[[], Owner | None]) -> int | None:
    """Return the code's owner, or None. `read` asks the database after a miss."""
    lease = secrets.token_hex(8)
    found = None
    with redis_may_fail("codes are read from the database"):
        found = script(READ)(keys=_keys(code), args=[lease, LEASE_S])
    known = decrypted(found) if found is not None else None
    if known is not None:
        return int(known)
    owner = read()
    if owner is None:
        return None
    lifetime_ms = min(LIFETIME_S * 1000, owner.live_ms or LIFETIME_S * 1000)
    value = encrypted(str(owner.member_id).encode())
    with redis_may_fail("a code is not stored"):
        script(STORE)(keys=_keys(code), args=[lease, value, lifetime_ms])
    return owner.member_id


def forget(code: str) -> None:
    """Make the next `owner_of` ask the database, and drop what is being read now."""
    with redis_may_fail("a code is not forgotten"):
        script(FORGET)(keys=_keys(code))


def _keys(code: str) -> list[str]:
    digest = salted_hmac(__name__, code, algorithm="sha256").hexdigest()
    return [f"invite:{digest}:owner", f"invite:{digest}:lease"]
