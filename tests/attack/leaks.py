"""A service that has forgotten the privacy rule, or half of it, to see that the
attackers work."""

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

# The cell is that of each place as it is reported.
UNANCHORED = """
CREATE OR REPLACE FUNCTION anchor_member() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN NEW.anchor := NULL; RETURN NEW; END $$;
"""


@contextmanager
def exact_places() -> Iterator[None]:
    """For those who move inside; rolled back at the end."""
    with _replaced(EXACT + UNANCHORED):
        yield


@contextmanager
def no_anchors() -> Iterator[None]:
    """Cells, but each report draws a new one; rolled back at the end."""
    with _replaced(UNANCHORED):
        yield


@contextmanager
def _replaced(functions: str) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(functions)
        yield
        transaction.set_rollback(True)
