"""Turns at work that takes much memory or many cycles: a few at once.

More at once would be no faster, and would hold every web thread.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError


class Busy(DomainError):
    """Too many wait for a turn already, or a turn did not come in time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "busy"
    detail = _("The service is busy. Try again in a moment.")
    wait_s = 2.0


class Turns:
    """Turns of which `at_once` are taken at once, while `waiting` threads wait."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._present = BoundedSemaphore(at_once + waiting)
        self._working = BoundedSemaphore(at_once)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, at most settings.BUSY_WAIT_S, and hold it. Raises Busy."""
        if not self._present.acquire(blocking=False):
            raise Busy
        try:
            if not self._working.acquire(timeout=settings.BUSY_WAIT_S):
                raise Busy
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._present.release()
