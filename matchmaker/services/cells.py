"""The numbers of members in cells: triggers add changes, this adds them up."""

from django.db import connection, transaction

# The key of the advisory lock: one adds up at a time, so that none deadlocks.
_LOCK = 0x63656C6C73

# In one transaction. A bulk load adds a change for each cell, and all of them at once
# could take longer than a statement may.
CHANGES_MAX = 10_000

# One statement, so that every snapshot sees the same sums before and after it.
_ADD_UP = """
WITH change AS (
    DELETE FROM matchmaker_cellchange WHERE id = ANY (ARRAY(
        SELECT id FROM matchmaker_cellchange ORDER BY id LIMIT %s
    )) RETURNING cell, members
), total AS (
    SELECT cell, sum(members) AS members FROM change GROUP BY cell
), added AS (
    UPDATE matchmaker_cell SET members = matchmaker_cell.members + total.members
    FROM total WHERE id = cell AND total.members <> 0
)
SELECT count(*) FROM change
"""


def add_up_cell_changes() -> None:
    """Add the changes of cells' numbers to the cells, unless somebody else does."""
    while _add_up() >= CHANGES_MAX:
        pass


def _add_up() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_ADD_UP, [CHANGES_MAX])
        ((changes,),) = cursor.fetchall()
    return int(changes)
