"""How fast a member may send, over all their sockets and requests."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings

from chat.constants import MESSAGES_BURST, MESSAGES_PER_S
from chat.errors import SlowDown
from project.lib.redis.limiter import take_tokens


def count_message(member_id: int) -> None:
    """Count a message that the member is about to send. Raises SlowDown.

    A refused message is not counted.
    """
    (refusal,) = count_messages([member_id])
    if refusal is not None:
        raise refusal


def count_messages(member_ids: Sequence[int]) -> list[SlowDown | None]:
    """Count messages by their senders, in turn; return the refusals of those too fast.

    A refused message is not counted.
    """
    keys = [f"chat:pace:{member_id}" for member_id in member_ids]
    waits_s = take_tokens(keys, MESSAGES_PER_S, MESSAGES_BURST)
    return [SlowDown(wait_s) if wait_s else None for wait_s in waits_s]


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
