"""Redis clients that wait no longer than a request can."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)


def make_client(url: str, timeout_s: float) -> redis.Redis:
    """Return a client with a connection pool that all threads of a process share.

    `timeout_s`: how long Redis may take to connect, and then to answer.
    """
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        # One retry, for connections closed by a restart of Redis. The default sleeps
        # between its tries, for seconds.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


@contextmanager
def redis_may_fail(
    consequence: str, raises: type[Exception] | None = None
) -> Iterator[None]:
    """Log the consequence of a Redis failure, and continue after the block.

    `raises`: raised instead, for callers that cannot continue.
    """
    try:
        yield
    except redis.RedisError as error:
        # Logged as from the caller's line, by which faults are told apart in the log.
        logger.warning("Redis fails, %s: %s", consequence, error, stacklevel=3)
        if raises is not None:
            raise raises from error
