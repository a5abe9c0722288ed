"""Patience: the one bound of all that is awaited, far beyond a slow machine's need."""

import time
from collections.abc import Callable
from contextlib import suppress

PATIENCE_S = 120


def wait_until(
    condition: Callable[[], object],
    *not_yet: type[Exception],
    patience_s: float = PATIENCE_S,
) -> None:
    """Return when the condition holds; while it raises `not_yet`, it does not."""
    deadline = time.monotonic() + patience_s
    while True:
        with suppress(*not_yet):
            if condition():
                return
        if time.monotonic() > deadline:
            raise AssertionError(f"this did not come true in {patience_s:.0f} s")
        time.sleep(0.02)
