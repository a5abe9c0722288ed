"""Messages about unknown fields and parameters, with the name that was meant."""

import difflib
from collections.abc import Collection

from django.http import QueryDict
from django.utils.translation import gettext as _

# Longer names get no suggestion, because comparing takes quadratic time.
COMPARED_MAX_LENGTH = 64
# An answer names at most this many unknown names; a body may have 100,000.
UNKNOWN_TOLD_MAX = 100


def unknown_field(name: str, known: Collection[str]) -> str:
    """Return the message for a body field that is not in `known`."""
    near = nearest(name, known)
    if near is None:
        return _("Unknown field.")
    return _("Unknown field. Did you mean %(name)s?") % {"name": near}


def unknown_parameter(name: str, known: Collection[str]) -> str:
    """Return the message for a query parameter that is not in `known`."""
    near = nearest(name, known)
    if near is None:
        return _("Unknown parameter.")
    return _("Unknown parameter. Did you mean %(name)s?") % {"name": near}


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the most similar name in `known`, or None if no name is similar."""
    if len(name) > COMPARED_MAX_LENGTH:
        return None
    lowered = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=1)
    return lowered[near[0]] if near else None


# Content negotiation reads it on every endpoint.
EVERYWHERE = frozenset({"format"})


def parameter_errors(
    params: QueryDict, known: Collection[str] = ()
) -> dict[str, list[str]]:
    """Return an error for each query parameter that is unknown or repeated."""
    errors: dict[str, list[str]] = {}
    for name, values in params.lists():
        if len(errors) == UNKNOWN_TOLD_MAX:
            break
        if name not in known and name not in EVERYWHERE:
            errors[name] = [unknown_parameter(name, known)]
        elif len(values) > 1:  # ambiguous
            errors[name] = [_("Specify this parameter only once.")]
    return errors
