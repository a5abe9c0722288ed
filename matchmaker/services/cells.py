"""The numbers of members in cells: triggers add changes, this adds them up."""

from matchmaker.models.cells import CLUSTERS_MAX
from project.lib.tiles.adding_up import add_up, to_squares
from project.lib.tiles.squares import levels

# The key of the advisory lock.
_LOCK = 0x63656C6C73

# In one transaction. A bulk load adds a change for each cell, and all of them at once
# could take longer than a statement may.
CHANGES_MAX = 10_000

_ADD_UP = f"""
WITH change AS (
    DELETE FROM matchmaker_cellchange WHERE id = ANY (ARRAY(
        SELECT id FROM matchmaker_cellchange ORDER BY id LIMIT %s
    )) RETURNING cell, square, members
), total AS (
    SELECT cell, square, sum(members) AS number FROM change GROUP BY cell, square
), added AS (
    UPDATE matchmaker_cell SET members = matchmaker_cell.members + total.number
    FROM total WHERE id = cell AND total.number <> 0
), {to_squares("matchmaker_membersquare", levels(CLUSTERS_MAX))}
SELECT count(*) FROM change
"""  # noqa: S608 - no text of anybody's


def add_up_cell_changes() -> None:
    """Add the changes of cells' numbers to the cells, and to the map's squares."""
    add_up(_ADD_UP, lock=_LOCK, most=CHANGES_MAX)
