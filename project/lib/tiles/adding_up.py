"""Adding up changes: a table of them to the table of what they change.

Writers only insert changes, so they neither wait for each other nor deadlock. What is
true is the sum of both tables, in every snapshot.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from project.lib.tiles.squares import LEVEL_BITS, LEVEL_MAX


def add_up(statement: str, *, lock: int, most: int) -> None:
    """Add up all changes, `most` in one transaction, unless somebody else does.

    `statement`: deletes up to that many (its `%s`), adds them and returns how many. It
    is one, so that every snapshot sees the same sums before and after it. `lock`: the
    key of an advisory lock, because two at once could deadlock.
    """
    while _add_up(statement, lock, most) >= most:
        pass


def _add_up(statement: str, lock: int, most: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(statement, [most])
        ((changes,),) = cursor.fetchall()
    return int(changes)


def to_squares(table: str, levels: Iterable[int]) -> str:
    """Return a CTE that adds rows `total` (square, number) to a table of squares."""
    values = ", ".join(f"({level})" for level in levels)
    return f"""
    squares AS (
        INSERT INTO {table} AS counted (id, number, x, y)
        SELECT (level::bigint << {LEVEL_BITS})
                   + (square >> 2 * ({LEVEL_MAX} - level)) AS id,
               sum(number), sum(number * gather_bits(square)),
               sum(number * gather_bits(square >> 1))
        FROM total, (VALUES {values}) of (level)
        WHERE square IS NOT NULL AND number <> 0 GROUP BY 1
        ON CONFLICT (id) DO UPDATE SET number = counted.number + excluded.number,
            x = counted.x + excluded.x, y = counted.y + excluded.y
    )
    """  # noqa: S608 - names of tables and numbers
