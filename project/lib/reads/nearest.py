"""The distance that holds a list's nearest rows, so that an index finds them.

The index orders by spherical distance, up to 0.6 % off. The first rows in that order
are read; the largest of their ellipsoidal distances bounds the true answer.
"""

from typing import Any

from django.db.models import FloatField
from django.db.models.expressions import RawSQL

from project.lib.reads.statements import Statement

# ST_DWithin and ST_Distance round differently, at the nanometre.
ROUNDING_M = 0.001

# Metres, for a queryset that follows `reach`.
REACH_M = RawSQL("SELECT reach_m FROM reach", [], FloatField())


def reach(nearest: Statement[Any]) -> Statement[Any]:
    """Return CTE `reach`: `reach_m`, a distance that holds those rows.

    `nearest`: distances, as `distance_m`, of the first rows by spherical distance.
    """
    return Statement.written(
        """
        reach AS MATERIALIZED (
            SELECT coalesce(max(distance_m), 0) + {rounding} AS reach_m
            FROM ({nearest}) nearest
        )
        """,
        rounding=ROUNDING_M,
        nearest=nearest,
    )
