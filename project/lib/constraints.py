"""Rules that the database holds, told in the service's own words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from project.lib.errors import DomainError


@contextmanager
def violations_as(errors: Mapping[str, type[DomainError]]) -> Iterator[None]:
    """One transaction, in which a violated constraint becomes its domain error.

    `errors`: by the constraint's name. Another one's violation stays what it is.
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
