"""Lua scripts that Redis runs atomically."""

from functools import cache

import redis
from django.conf import settings
from redis.client import Pipeline
from redis.commands.core import Script

from project.lib.redis.clients import make_client


def script(lua: str) -> Script:
    """Return a function that runs the script with `keys` and `args`.

    It raises redis.RedisError.
    """
    return _script(settings.REDIS_URL, lua)


def script_pipeline() -> Pipeline:
    """Return a pipeline to pass to scripts as `client`, for one round trip together.

    Other commands may come between those of the pipeline.
    """
    return _client(settings.REDIS_URL).pipeline(transaction=False)


@cache
def _script(url: str, lua: str) -> Script:
    return _client(url).register_script(lua)


@cache
def _client(url: str) -> redis.Redis:
    return make_client(url, settings.REDIS_TIMEOUT_S)
