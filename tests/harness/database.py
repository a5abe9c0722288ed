"""The test database, for other processes; and who is connected to it, who waits."""

from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """Of the test database, whose name pytest-django has put into the settings."""
    at = connection.settings_dict
    user, password = quote(at["USER"], safe=""), quote(at["PASSWORD"], safe="")
    return f"postgis://{user}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


class Backends:
    """A server's connections, as PostgreSQL sees them."""

    def __init__(self, name: str) -> None:
        self.name = name

    def pids(self, state: str = "%") -> set[int]:
        """Those in a state that is LIKE `state`."""
        where = "application_name = %s AND state LIKE %s"
        return {pid for (pid,) in _activity("pid", where, self.name, state)}

    def terminate(self) -> None:
        """What PostgreSQL does when it hears that a process is no more."""
        _activity("pg_terminate_backend(pid)", "application_name = %s", self.name)


def waiting_processes() -> set[str]:
    """Names of the processes that wait for a lock."""
    return {name for (name,) in _activity("application_name", _WAITS)}


def somebody_waits() -> bool:
    """Whether any connection waits for a lock."""
    return bool(_activity("pid", _WAITS))


_WAITS = "datname = current_database() AND wait_event_type = 'Lock'"


def _activity(columns: str, where: str, *params: str) -> list[tuple]:
    with connection.cursor() as cursor:
        # Within a transaction the view would stay what it was at first sight.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(f"SELECT {columns} FROM pg_stat_activity WHERE {where}", params)
        return cursor.fetchall()
