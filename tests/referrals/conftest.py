"""What the tests of codes and referrals share."""

from urllib.parse import urlsplit

import pytest


@pytest.fixture
def own_redis(settings, worker_id: str) -> None:
    """A part of Redis that no other worker of pytest-xdist empties."""
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id != "master" else 1
    own = urlsplit(settings.REDIS_URL)._replace(path=f"/{number}")
    settings.REDIS_URL = own.geturl()
