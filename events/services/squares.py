"""The numbers of events and organizations in squares of the map are added up."""

from django.db.models import Model

from events.models.squares import (
    CLUSTERS_MAX,
    EventSquare,
    EventSquareChange,
    OrganizationSquare,
    OrganizationSquareChange,
)
from project.lib.tiles.adding_up import add_up, to_squares
from project.lib.tiles.squares import levels

# In one transaction.
CHANGES_MAX = 10_000


def _statement(change: type[Model], square: type[Model]) -> str:
    changes, squares = change._meta.db_table, square._meta.db_table
    return f"""
    WITH change AS (
        DELETE FROM {changes} WHERE id = ANY (ARRAY(
            SELECT id FROM {changes} ORDER BY id LIMIT %s
        )) RETURNING square, number
    ), total AS (
        SELECT square, sum(number) AS number FROM change GROUP BY square
    ), {to_squares(squares, levels(CLUSTERS_MAX))}
    SELECT count(*) FROM change
    """  # noqa: S608 - names of tables


# By the key of its advisory lock.
_STATEMENTS = {
    0x6576656E7473: _statement(EventSquareChange, EventSquare),
    0x6F7267736E: _statement(OrganizationSquareChange, OrganizationSquare),
}


def add_up_square_changes() -> None:
    """Add the changes of squares' numbers to the squares, unless somebody else does."""
    for lock, statement in _STATEMENTS.items():
        add_up(statement, lock=lock, most=CHANGES_MAX)
