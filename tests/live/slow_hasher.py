"""The service's settings, with a password that takes many seconds of a core."""

from project.lib.passwords import BoundedHasher
from project.settings import *  # noqa: F403


class SlowHasher(BoundedHasher):
    iterations = 12_000_000


PASSWORD_HASHERS = ["tests.live.slow_hasher.SlowHasher"]
