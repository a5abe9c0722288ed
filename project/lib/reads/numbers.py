"""Numbers as clients write them: in ASCII digits, which is less than Python reads."""

import re

_PLAIN = re.compile(
    r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?\s*", re.IGNORECASE
)


def plain_float(text: str) -> float:
    """Return the number. Raises ValueError, also for 1_000, NaN and other digits."""
    if not _PLAIN.fullmatch(text):
        raise ValueError(text)
    return float(text)
