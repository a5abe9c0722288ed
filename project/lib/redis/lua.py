"""Scripts that Redis runs as one step, from threads that cannot wait for it long."""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

# A Redis that hangs costs each request this much, and a web thread with it.
TIMEOUT_S = 1


def script(lua: str) -> Script:
    """Call the result with `keys` and `args`. Raises redis.RedisError."""
    return _script(settings.REDIS_URL, lua)


@cache
def _script(url: str, lua: str) -> Script:
    return _client(url).register_script(lua)


@cache
def _client(url: str) -> redis.Redis:
    """A pool of connections that all threads of the process share."""
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        # Once, for connections that a restart of Redis has closed. The default sleeps
        # between its tries, for seconds.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
