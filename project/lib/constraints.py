"""Turn violations of database constraints into domain errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from project.lib.errors import DomainError


@contextmanager
def violations_as(errors: Mapping[str, type[DomainError]]) -> Iterator[None]:
    """Run one transaction, in which a violated constraint becomes its domain error.

    `errors`: by constraint name. Violations of other constraints are raised unchanged.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        broken = errors.get(getattr(diagnosis, "constraint_name", None) or "")
        if broken is None:
            raise
        raise broken from error
