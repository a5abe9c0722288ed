"""Counts of the members that a viewer may see in some cells, from the cells' numbers.

The cells' numbers are those of all active members who do not hide (CellChange). Those
of them whom the viewer may not see are found from the viewer's side, by the blocks, and
are taken off.
"""

from typing import Any

from matchmaker.querysets import hidden_from
from matchmaker.viewer import VIEWER, Viewed
from project.lib.reads.keyset import COUNT_CAP
from project.lib.reads.statements import Statement

# Of a viewer with more blocks, the members are counted one by one.
HIDDEN_MAX = 1_000


def summed(cells: str, cells_max: int, is_in: Statement[Any]) -> Statement[Viewed]:
    """Return CTE `summed`: `total`, capped; null if it takes more than `cells_max`.

    `cells`: a CTE of cells with `n`, `is_in` and `is_beyond`, read as far as needed.
    `is_in`: the same as SQL for a member's row.
    """
    return Statement.written(
        """
        hidden AS MATERIALIZED (
            SELECT id FROM ({blocked} LIMIT {hidden_max} + 1) blocked (id)
            UNION SELECT {viewer}::bigint
        ),
        walk AS MATERIALIZED (
            SELECT n, is_beyond, sum(CASE WHEN is_in THEN members + coalesce((
                SELECT sum(members) FROM matchmaker_cellchange WHERE cell = {cells}.id
            ), 0) END) OVER (ROWS UNBOUNDED PRECEDING) AS members
            FROM {cells}
        ),
        ended AS MATERIALIZED (
            SELECT members > {cap} + (SELECT count(*) FROM hidden) AS is_capped,
                   is_beyond, members FROM walk
            WHERE is_beyond OR n >= {cells_max}
                OR members > {cap} + (SELECT count(*) FROM hidden)
            LIMIT 1
        ),
        summed AS MATERIALIZED (
            SELECT CASE
                WHEN (SELECT count(*) > {hidden_max} FROM hidden) THEN NULL
                WHEN (SELECT is_capped FROM ended) THEN {cap} + 1
                WHEN (SELECT NOT is_beyond FROM ended) THEN NULL
                ELSE coalesce(
                    (SELECT members FROM ended),
                    (SELECT members FROM walk ORDER BY n DESC LIMIT 1), 0
                ) - (
                    SELECT count(*) FROM hidden CROSS JOIN LATERAL (
                        SELECT FROM matchmaker_member
                        WHERE id = hidden.id AND is_active
                            AND visibility = 'everyone' AND {is_in}
                        OFFSET 0
                    ) member
                )
            END::integer AS total
        )
        """,
        cells=Statement(cells),
        is_in=is_in,
        blocked=Statement[Any].of(hidden_from(VIEWER)),
        viewer=VIEWER,
        hidden_max=Statement(str(HIDDEN_MAX)),
        cap=Statement(str(COUNT_CAP)),
        cells_max=Statement(str(cells_max)),
    )
