"""Rate limits, counted in Redis for all processes together.

If Redis fails, each process counts by itself: a password or a code is still not
guessed without a bound, and nobody is shut out.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings

from project.lib.redis.clients import redis_may_fail
from project.lib.redis.lua import script
from project.lib.redis.process_limits import limits_of_process

# KEYS: logs of instants in ms, newest first. ARGV: the window in ms, how many times
# the attempt counts, then the limit of each log. Either all logs count the attempt or
# none does, so that an attempt refused by the account's log does not use up the limit
# of an address that others share. DRF's own throttles read, decide and write back, so
# that parallel requests pass together.
_COUNT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local times, wait = tonumber(ARGV[2]), 0
for i, key in ipairs(KEYS) do
  local room = ARGV[i + 2] - times
  if room < 0 then return tonumber(ARGV[1]) end
  local first = redis.call('LINDEX', key, room)
  if first then wait = math.max(wait, first + ARGV[1] - now) end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  for _ = 1, times do redis.call('LPUSH', key, string.format('%.0f', now)) end
  redis.call('LTRIM', key, 0, ARGV[i + 2] - 1)
  redis.call('PEXPIRE', key, ARGV[1])
end
return 0
"""

# Token buckets, each as one instant (GCRA): when it will be full again, in ms. KEYS may
# name one several times. ARGV: how many ms a token takes to come back, and how many
# tokens there are.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local waits = {}
for i, key in ipairs(KEYS) do
  local full = math.max(tonumber(redis.call('GET', key) or now), now)
  waits[i] = math.max(0, full + interval - now - burst * interval)
  if waits[i] == 0 then
    local next = string.format('%.0f', full + interval)
    redis.call('SET', key, next, 'PX', burst * interval)
  end
end
return waits
"""


def count_in_window(
    what: str, limits: Mapping[str, int], window_s: int, times: int = 1
) -> float:
    """Count an attempt in all logs and return 0, or return the seconds to wait.

    `what`: for log messages. `limits`: by the log's key, how many are allowed within
    `window_s`. `times`: how many times the attempt counts, wholly or not at all.
    """
    if not settings.THROTTLES:
        return 0
    with redis_may_fail(f"{what} is throttled by each process"):
        args = [window_s * 1000, times, *limits.values()]
        return float(script(_COUNT)(keys=[*limits], args=args)) / 1000
    return limits_of_process.count(limits, window_s, times)


def take_tokens(keys: Sequence[str], per_s: int, burst: int) -> list[float]:
    """Take one of `burst` tokens of each key, in turn, for messages.

    Return for each 0, or the seconds until there is one. `per_s`: how many tokens come
    back in a second.
    """
    if not settings.THROTTLES:
        return [0 for _key in keys]
    with redis_may_fail("messages are counted by each process"):
        waits_ms = script(_TAKE)(keys=keys, args=[1000 // per_s, burst])
        return [float(wait_ms) / 1000 for wait_ms in waits_ms]
    return [limits_of_process.count({key: burst}, burst / per_s) for key in keys]
