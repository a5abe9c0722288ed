"""Throttles, with the rates of a test."""

from collections.abc import Callable

import pytest
import redis

from project.lib.api.rates import Rate
from project.lib.server.client_address import networks


@pytest.fixture
def throttles_on(settings, own_redis) -> None:
    """Throttles, with rates that no test reaches by chance."""
    settings.THROTTLES = True
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, Rate(1000, 60))
    settings.TRUSTED_PROXIES = networks(["10.0.0.0/8"])
    for key in (server := redis.Redis.from_url(settings.REDIS_URL)).keys("throttle:*"):
        server.delete(key)
    server.close()


@pytest.fixture
def rate(settings, throttles_on) -> Callable[..., None]:
    def change(scope: str, limit: int, window_s: int = 60, *, factor: int = 10) -> None:
        settings.THROTTLE_RATES[scope] = Rate(limit, window_s)
        settings.THROTTLE_ADDRESS_FACTOR = factor

    return change
