"""The test database, for other processes; and who is connected to it, who waits."""

from urllib.parse import quote

from django.db import connection, transaction

from chat.apps import make_lobby


def database_url() -> str:
    """Of the test database, whose name pytest-django has put into the settings."""
    at = connection.settings_dict
    user, password = quote(at["USER"], safe=""), quote(at["PASSWORD"], safe="")
    return f"postgis://{user}:{password}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def empty() -> None:
    """Leave what migrations leave, as `flush` does, for a thirtieth of its CPU.

    `flush` gives every table and index a new file, and writes content types and
    permissions anew. Rows that tests leave are few.
    """
    names = connection.introspection.django_table_names(include_views=False)
    kept = {"django_content_type", "auth_permission"}
    tables = [connection.ops.quote_name(name) for name in sorted({*names} - kept)]
    with transaction.atomic(), connection.cursor() as cursor:
        # No trigger and no foreign key, as with TRUNCATE.
        cursor.execute("SET LOCAL session_replication_role = replica")
        # Whoever still writes has ended, as with TRUNCATE.
        cursor.execute(f"LOCK TABLE {', '.join(tables)}")
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables))
        make_lobby()


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
