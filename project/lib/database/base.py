"""The engine that DATABASES names: Django's PostGIS, under deadlines."""

import select
from typing import Any

from django.conf import settings
from django.contrib.gis.db.backends.postgis import base

from project.lib.database import deadlines
from project.lib.database.prepared import ONE_PLAN, PreparedStatements


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection over which nothing is sent after the thread's deadline.

    `prepared`: what it has prepared; None if it may not (settings).
    """

    prepared: PreparedStatements | None = None
    health_check_done: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(deadlines.note_commits)

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["options"] = params.get("options", "") + deadlines.bounds.options
        if settings.PREPARED_STATEMENTS:
            params["options"] += f" {ONE_PLAN}"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if deadline := deadlines.current():
            deadline.check()
        self.prepared = (
            PreparedStatements(self) if settings.PREPARED_STATEMENTS else None
        )
        return super().get_new_connection(conn_params)

    def close_if_health_check_failed(self) -> None:
        """Close a kept connection that has ended; Django asks before its first use.

        Django would send `SELECT 1` for it. But PostgreSQL says nothing on an idle
        connection until it ends it, so only one with something to read is asked.
        """
        if self.connection is None or self.health_check_done:
            return
        if self.connection.closed or _has_input(self.connection):
            super().close_if_health_check_failed()
        self.health_check_done = True

    def create_cursor(self, name: str | None = None) -> Any:
        if deadline := deadlines.current():
            deadline.check()
        return super().create_cursor(name)

    def _commit(self) -> Any:
        if deadline := deadlines.current():
            deadline.commit()
        return super()._commit()  # type: ignore[misc] # the stubs lack it


def _has_input(connection: Any) -> bool:
    """Return whether there is something to read, an end or an error too."""
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    return bool(poller.poll(0))
