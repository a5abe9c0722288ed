"""The engine that DATABASES names: Django's PostGIS, under deadlines."""

from typing import Any

from django.contrib.gis.db.backends.postgis import base

from project.lib.database import deadlines


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection over which nothing is sent after the thread's deadline."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["options"] = params.get("options", "") + deadlines.bounds.options
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if deadline := deadlines.current():
            deadline.check()
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        if deadline := deadlines.current():
            deadline.check()
        return super().create_cursor(name)

    def _commit(self) -> Any:
        if deadline := deadlines.current():
            deadline.commit()
        return super()._commit()  # type: ignore[misc] # the stubs lack it
