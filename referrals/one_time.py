"""One-time codes: the code sent to a phone proves that the phone is yours.

They are only in Redis, by phone, for as long as they are valid; if Redis loses them,
one asks for another. Redis holds neither phones nor codes in the clear: both are hashed
with the secret key, the code with a salt. The member who asked is encrypted.
"""

import secrets
from collections.abc import Sequence
from hmac import compare_digest
from typing import Any

from django.utils.crypto import salted_hmac

from project.lib.redis.clients import redis_may_fail
from project.lib.redis.encrypted import decrypted, encrypted
from project.lib.redis.lua import script
from referrals import constants, errors

# A Redis that is full refuses a script by its first write only, so that is not a DEL:
# otherwise a code would be sent that cannot be tried.
ISSUE = """
redis.call('HSET', KEYS[1], 'salt', ARGV[1], 'digest', ARGV[2], 'asker', ARGV[3],
           'tries', 0)
redis.call('HDEL', KEYS[1], 'known_tries')
return redis.call('EXPIRE', KEYS[1], ARGV[4])
"""
# The try is counted before the comparison, so that of any number of simultaneous tries
# five are compared. The owner's known devices are counted apart, because strangers'
# tries would otherwise use the code up.
TRY = """
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local tries = redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
if tries > tonumber(ARGV[1]) then return false end
return redis.call('HMGET', KEYS[1], 'salt', 'digest', 'asker')
"""
# The salted digest identifies the code, so that an older call cannot use a newer one.
TAKE = """
if redis.call('HGET', KEYS[1], 'digest') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""


def issue(phone: str, asker: str = "") -> str:
    """Create a code for `phone` (E.164) and invalidate the previous one.

    `asker` is stored with the code for `use` to return. Raises CodesUnavailable.
    """
    code = f"{secrets.randbelow(10**constants.ONE_TIME_CODE_DIGITS):04}"
    salt = secrets.token_hex(16)
    digest = _digest(phone, code, salt)
    kept = encrypted(asker.encode()) if asker else b""
    _run(ISSUE, phone, [salt, digest, kept, constants.ONE_TIME_CODE_LIFETIME_S])
    return code


def use(phone: str, code: str, *, on_known_device: bool = False) -> str:
    """Use the code up and return its `asker`, or raise OneTimeCodeWrong.

    There are ONE_TIME_CODE_TRIES for the phone's known devices, and as many for all
    others. Of any number of calls with one code, one succeeds. Raises CodesUnavailable.
    """
    counter = "known_tries" if on_known_device else "tries"
    found = _run(TRY, phone, [constants.ONE_TIME_CODE_TRIES, counter])
    if found is None:
        raise errors.OneTimeCodeWrong
    salt, digest = found[0].decode(), found[1].decode()
    asker = decrypted(found[2]) if found[2] else b""
    is_right = compare_digest(_digest(phone, code, salt), digest)
    if asker is None or not (is_right and _run(TAKE, phone, [digest])):
        raise errors.OneTimeCodeWrong
    return asker.decode()


def _run(lua: str, phone: str, args: Sequence[str | bytes | int]) -> Any:
    with redis_may_fail("there are no one-time codes", raises=errors.CodesUnavailable):
        return script(lua)(keys=[key_of(phone)], args=args)


def key_of(phone: str) -> str:
    digest = salted_hmac(f"{__name__} phone", phone, algorithm="sha256").hexdigest()
    return f"one_time:{digest}"


def _digest(phone: str, code: str, salt: str) -> str:
    value = f"{phone} {code} {salt}"
    return salted_hmac(f"{__name__} code", value, algorithm="sha256").hexdigest()
