"""What happens to events' publication, seen and held up from inside the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Advisory lock that every publication takes, shared: who holds it holds them up.
HOLD = 7

INSTALL = f"""
CREATE TABLE publications (id bigserial, event_id bigint, process text);
CREATE FUNCTION see_publication() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO publications (event_id, process)
        VALUES (NEW.id, current_setting('application_name'));
    PERFORM pg_advisory_xact_lock_shared({HOLD});
    RETURN NULL;
END $$;
CREATE TRIGGER see_publication AFTER UPDATE ON events_event FOR EACH ROW
    WHEN (NEW.published_at IS DISTINCT FROM OLD.published_at)
    EXECUTE FUNCTION see_publication();
CREATE FUNCTION refuse_publication() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'this event cannot be published';
END $$;
"""
REMOVE = """
DROP FUNCTION see_publication, refuse_publication CASCADE;
DROP TABLE publications;
"""


class Publications:
    """Every change of an event's `published_at` that was committed."""

    def __enter__(self) -> "Publications":
        _execute(INSTALL)
        return self

    def __exit__(self, *error: object) -> None:
        _execute(REMOVE)

    def made(self) -> list[tuple[int, str]]:
        """Event and the name of the process, in order of their commits' statements."""
        return _execute("SELECT event_id, process FROM publications ORDER BY id")

    def events(self) -> list[int]:
        """The events, each as often as it was published."""
        return sorted(event_id for event_id, _process in self.made())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody gets past the publication: the row is written, not committed."""
        _execute(f"SELECT pg_advisory_lock({HOLD})")
        try:
            yield
        finally:
            _execute(f"SELECT pg_advisory_unlock({HOLD})")

    @contextmanager
    def refused(self, event_id: int) -> Iterator[None]:
        """This event fails to be published."""
        _execute(
            "CREATE TRIGGER refuse_publication BEFORE UPDATE OF published_at"
            f" ON events_event FOR EACH ROW WHEN (NEW.id = {event_id})"
            " EXECUTE FUNCTION refuse_publication()"
        )
        try:
            yield
        finally:
            _execute("DROP TRIGGER refuse_publication ON events_event")


def _execute(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []
