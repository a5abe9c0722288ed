"""How fast a member may send, whatever sockets and requests it comes by."""

import logging
import time
from dataclasses import dataclass, field

import redis
from django.conf import settings

from chat.constants import MESSAGES_BURST, MESSAGES_PER_S
from chat.errors import SlowDown
from project.lib.redis.lua import script

logger = logging.getLogger(__name__)

# A token bucket as one instant (GCRA): when it would be full again, in ms. ARGV: ms a
# token takes to come back, and how many there are.
TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = full + interval - now - burst * interval
if wait > 0 then return wait end
local next = string.format('%.0f', full + interval)
redis.call('SET', KEYS[1], next, 'PX', burst * interval)
return 0
"""


def count_message(member_id: int) -> None:
    """Count a message that the member is about to send. Raises SlowDown.

    What is refused does not count. When Redis fails all are let through, as by the
    throttles: better unthrottled than shut.
    """
    if not settings.THROTTLES:
        return
    try:
        wait_ms = script(TAKE)(
            keys=[f"chat:pace:{member_id}"],
            args=[1000 // MESSAGES_PER_S, MESSAGES_BURST],
        )
    except redis.RedisError as error:
        logger.warning("Redis fails, messages are not counted: %s", error)
        return
    if wait_ms:
        raise SlowDown(wait_s=float(wait_ms) / 1000)


@dataclass
class Bucket:
    """The same for one socket, in memory: for frames that cost no message."""

    per_s: int
    burst: int
    tokens: float = field(init=False)
    at_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self) -> bool:
        """False when there is none left."""
        if not settings.THROTTLES:
            return True
        now_s = time.monotonic()
        gained = (now_s - self.at_s) * self.per_s
        self.tokens, self.at_s = min(self.burst, self.tokens + gained), now_s
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
