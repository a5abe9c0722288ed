"""How fast a member may send, over all their sockets and requests."""

import time
from dataclasses import dataclass, field

from django.conf import settings

from chat.constants import MESSAGES_BURST, MESSAGES_PER_S
from chat.errors import SlowDown
from project.lib.redis.limiter import take_token


def count_message(member_id: int) -> None:
    """Count a message that the member is about to send. Raises SlowDown.

    A refused message is not counted.
    """
    key = f"chat:pace:{member_id}"
    if wait_s := take_token(key, MESSAGES_PER_S, MESSAGES_BURST):
        raise SlowDown(wait_s=wait_s)


@dataclass
class Bucket:
    """The same limit for one socket, in memory, for frames that are not messages."""

    per_s: int
    burst: int
    tokens: float = field(init=False)
    at_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.tokens = self.burst

    def take(self) -> bool:
        """Take one; return False if none is left."""
        if not settings.THROTTLES:
            return True
        now_s = time.monotonic()
        gained = (now_s - self.at_s) * self.per_s
        self.tokens, self.at_s = min(self.burst, self.tokens + gained), now_s
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
