"""A service that has forgotten the privacy rule, to see that the attackers work."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# Each place is its own cell, and its own centre. What reads public points reads exact
# ones now; nothing else in the service is touched.
EXACT = """
CREATE OR REPLACE FUNCTION public_point(exact geography) RETURNS geography
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN exact;

CREATE OR REPLACE FUNCTION public_cell(exact geography) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN hashtext(exact::text);
"""


@contextmanager
def exact_places() -> Iterator[None]:
    """For those who move inside; rolled back at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(EXACT)
        yield
        transaction.set_rollback(True)
