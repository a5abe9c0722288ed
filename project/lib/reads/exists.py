"""EXISTS as PostgreSQL should answer it."""

from django.db.models import Exists


class LookedUp(Exists):
    """An EXISTS that is looked up for each row.

    For several rows PostgreSQL may instead read all that could exist, once: of two who
    share an organization, all pairs of members of all organizations. It cannot where
    there is an OFFSET.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"
