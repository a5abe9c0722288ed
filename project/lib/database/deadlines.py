"""How long a piece of work may go on, and how long it may wait for PostgreSQL.

libpq waits for an answer without end: a server that is stopped, or is gone without a
word, holds the thread. psycopg2 lets a function of ours do the waiting (a "wait
callback"), which gives up in time; psycopg2 then closes the connection, so PostgreSQL
rolls back what was not committed. `bound_this_process` turns that on. It is off in
management commands, which may take long; COPY does not work under it.

The other candidate, shutting the connection's socket down from another thread when
time is up, costs nothing per statement. But it needs to know which thread uses which
connection, must not hit the next request's statement, and cannot end a connection that
is being made. The callback costs 12 µs of CPU a statement: `SELECT 1` takes 30 instead
of 18 (medians of seven times 4,000, in turn; a request makes about five).

What remains: a COMMIT that was sent before PostgreSQL fell silent may still be done
when it wakes up, after a 503 that says so (`errors.may_be_done`). So may a statement
that writes outside of a transaction, which is its own COMMIT. The time is checked
before each is sent, so nothing is sent too late.
"""

import re
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.conf import settings
from django.db import Error, OperationalError
from psycopg2.extensions import POLL_OK, POLL_WRITE, set_wait_callback


class TimeIsUp(OperationalError):
    """The deadline has passed: nothing more is sent to the database."""


@dataclass
class Deadline:
    """When a piece of work must end. `ends_at`: by time.monotonic().

    `has_committed`: whether it has stored something, or is about to.
    """

    ends_at: float
    has_committed: bool = False

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def check(self) -> None:
        """Raise TimeIsUp if the deadline has passed."""
        if time.monotonic() >= self.ends_at:
            raise TimeIsUp("the time for this work is over")

    def commit(self) -> None:
        """Note that a COMMIT follows. Raises TimeIsUp.

        It, and the answer after it, get settings.GRACE_S beyond the deadline: an answer
        that is true is better than one in time.
        """
        self.check()
        self.ends_at = max(self.ends_at, time.monotonic() + settings.GRACE_S)
        self.has_committed = True

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Note that the block is a COMMIT, unless PostgreSQL says that it failed."""
        before = self.has_committed
        self.commit()
        try:
            yield
        except Error as error:
            if getattr(error.__cause__, "pgcode", None) is not None:
                self.has_committed = before
            raise


# Statements that store nothing; what else there is, such as WITH, is looked through.
_READS = re.compile(
    r"\s*(SELECT|EXECUTE|PREPARE|DEALLOCATE|SET|SHOW|DECLARE|FETCH|CLOSE)\b"
    r"|(?!.*\b(INSERT|UPDATE|DELETE)\b)",
    re.I | re.S,
)


def note_commits(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    """Execute a statement; one that writes outside of a transaction is a COMMIT.

    A wrapper, as Django's connections have them.
    """
    deadline = current()
    if deadline is None or context["connection"].in_atomic_block or _READS.match(sql):
        return execute(sql, params, many, context)
    with deadline.committing():
        return execute(sql, params, many, context)


_thread = threading.local()


def current() -> Deadline | None:
    """Return the deadline of the calling thread's work, if it has one."""
    deadline: Deadline | None = getattr(_thread, "deadline", None)
    return deadline


@contextmanager
def under(deadline: Deadline) -> Iterator[None]:
    """Do the block under a deadline: its statements wait no longer."""
    outer, _thread.deadline = current(), deadline
    try:
        yield
    finally:
        _thread.deadline = outer


@dataclass(frozen=True)
class Bounds:
    """What this process asks of PostgreSQL; None: no limit (management commands)."""

    statement_ms: int | None = None

    @property
    def options(self) -> str:
        """Return PostgreSQL's own limits, as options of a connection."""
        if self.statement_ms is None:
            return ""
        limits = {
            "statement_timeout": self.statement_ms,
            "lock_timeout": settings.LOCK_TIMEOUT_MS,
            "idle_in_transaction_session_timeout": settings.IDLE_TRANSACTION_MS,
        }
        return "".join(f" -c {name}={value}" for name, value in limits.items())


bounds = Bounds()


def bound_this_process(statement_ms: int) -> None:
    """Bound every wait of this process for PostgreSQL, here and there.

    For processes that serve: called before their first connection.
    """
    global bounds
    bounds = Bounds(statement_ms)
    patience_s = statement_ms / 1000 + settings.GRACE_S
    set_wait_callback(lambda connection: _wait(connection, patience_s))


def _wait(connection: Any, patience_s: float) -> None:
    """Wait for PostgreSQL's answer. Raises psycopg2's OperationalError."""
    deadline = current()
    gives_up_at = time.monotonic() + patience_s
    if deadline is not None:
        gives_up_at = min(gives_up_at, deadline.ends_at)
    while (state := connection.poll()) != POLL_OK:
        poller = select.poll()
        event = select.POLLOUT if state == POLL_WRITE else select.POLLIN
        poller.register(connection.fileno(), event)
        left_s = gives_up_at - time.monotonic()
        if not poller.poll(max(0.0, left_s) * 1000):
            if deadline is not None:  # it is not asked again: a client waits
                deadline.ends_at = time.monotonic()
            raise psycopg2.OperationalError("PostgreSQL does not answer")
