"""How far the nearest rows of a list are, so that an index finds them.

The index orders by the distance on the sphere, up to 0.6 % off. The first rows in that
order are found; the farthest of them on the ellipsoid bounds the true answer.
"""

from typing import Any

from django.db.models import FloatField
from django.db.models.expressions import RawSQL

from project.lib.reads.statements import Statement

# ST_DWithin and ST_Distance round differently, at the nanometre.
ROUNDING_M = 0.001

# Metres, for a queryset that stands behind `reach`.
REACH_M = RawSQL("SELECT reach_m FROM reach", [], FloatField())

_ALWAYS = Statement[Any]("true")


def reach(nearest: Statement[Any], enough: Statement[Any] = _ALWAYS) -> Statement[Any]:
    """CTE `reach`: `reach_m`, within which those rows are, and whether they are enough.

    `nearest`: distances, as `distance_m`, of the first rows in the order of the sphere.
    """
    return Statement.written(
        """
        reach AS MATERIALIZED (
            SELECT coalesce(max(distance_m), 0) + {rounding} AS reach_m,
                   {enough} AS enough
            FROM ({nearest}) nearest
        )
        """,
        rounding=ROUNDING_M,
        nearest=nearest,
        enough=enough,
    )
