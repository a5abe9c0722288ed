"""What an error of the database means for whoever asked."""

from django.db import Error, InterfaceError, OperationalError
from psycopg2.errors import QueryCanceled

from project.lib.database import deadlines

# Classes of SQLSTATE: connection exception, insufficient resources, operator
# intervention; and a lock, or a transaction, that took too long.
NOT_NOW = ("08", "53", "57P", "55P03", "25P03")


def is_unavailable(error: BaseException | None) -> bool:
    """Return whether a later try may work: there is no connection, or no answer."""
    if not isinstance(error, Error):
        return False
    sqlstate = getattr(error.__cause__, "pgcode", None)
    if sqlstate is None:  # the connection has failed, or the time is up
        return isinstance(error, InterfaceError | OperationalError)
    return str(sqlstate).startswith(NOT_NOW)


def is_too_slow(error: BaseException | None) -> bool:
    """Return whether a statement exceeded settings.STATEMENT_TIMEOUT_MS."""
    return isinstance(error, Error) and isinstance(error.__cause__, QueryCanceled)


def may_be_done() -> bool:
    """Return whether the calling thread's work, though it fails, may be stored.

    A COMMIT was sent: its answer never came, or what followed it failed.
    """
    deadline = deadlines.current()
    return deadline is not None and deadline.has_committed
