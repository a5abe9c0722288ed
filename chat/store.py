"""The chat's own way to Redis, for what must be counted over all servers."""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

# A Redis that hangs costs each message this much.
TIMEOUT_S = 1


@cache
def script(text: str) -> Script:
    """A Lua script on a pool of connections that all threads of the process share.

    Calling it raises redis.RedisError.
    """
    return _client(settings.REDIS_URL).register_script(text)


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        decode_responses=True,
        # Once, for connections that a restart of Redis has closed.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
