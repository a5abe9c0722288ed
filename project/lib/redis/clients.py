"""Clients of Redis that wait for it no longer than a request can."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

# A Redis that hangs costs each request this much, and a web thread with it.
TIMEOUT_S = 1


def make_client(url: str, timeout_s: float = TIMEOUT_S) -> redis.Redis:
    """A pool of connections that all threads of a process share."""
    return redis.Redis.from_url(
        url,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        # Once, for connections that a restart of Redis has closed. The default sleeps
        # between its tries, for seconds.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


@contextmanager
def redis_may_fail(
    consequence: str, raises: type[Exception] | None = None
) -> Iterator[None]:
    """Log what follows of a failure of Redis, and go on behind the block.

    `raises`: what is raised instead, for those who cannot go on.
    """
    try:
        yield
    except redis.RedisError as error:
        logger.warning("Redis fails, %s: %s", consequence, error)
        if raises is not None:
            raise raises from error
