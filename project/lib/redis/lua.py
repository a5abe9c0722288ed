"""Lua scripts that Redis runs atomically."""

from functools import cache

import redis
from django.conf import settings
from redis.commands.core import Script

from project.lib.redis.clients import make_client


def script(lua: str) -> Script:
    """Return a function that runs the script with `keys` and `args`.

    It raises redis.RedisError.
    """
    return _script(settings.REDIS_URL, lua)


@cache
def _script(url: str, lua: str) -> Script:
    return _client(url).register_script(lua)


@cache
def _client(url: str) -> redis.Redis:
    return make_client(url)
