"""Checks of parts that a process depends on, bounded in time and in number."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

from django.conf import settings

Answer = TypeVar("Answer")

# Any number of questions within this time is one check.
KEPT_S = 1.0


class Probe(Generic[Answer]):
    """A check that runs in a thread of its own, once at a time.

    So a part that hangs holds one thread, however many ask.
    """

    def __init__(self, check: Callable[[], Answer]) -> None:
        self._check = check
        self._lock = Lock()
        self._answer: Future[Answer] | None = None
        self._started_at = 0.0

    def start(self) -> None:
        """Start the check, unless it is running or its answer is new."""
        with self._lock:
            is_new = time.monotonic() - self._started_at < KEPT_S
            if self._answer is None or (self._answer.done() and not is_new):
                self._answer, self._started_at = Future(), time.monotonic()
                # A daemon: the process can end while a part hangs.
                Thread(target=self._run, args=[self._answer], daemon=True).start()

    def answer(self) -> Answer:
        """Return what the check returns, or raise what it raises.

        Raises TimeoutError if the check runs longer than settings.READY_TIMEOUT_S,
        counted from its start.
        """
        self.start()
        with self._lock:
            answer, ends_at = self._answer, self._started_at + settings.READY_TIMEOUT_S
        assert answer is not None  # it was started  # noqa: S101
        return answer.result(max(0.0, ends_at - time.monotonic()))

    def _run(self, answer: "Future[Answer]") -> None:
        try:
            answer.set_result(self._check())
        except Exception as error:  # for `answer`, which raises it
            answer.set_exception(error)
