"""Rates of throttles, such as `20/hour`, from the environment."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

PERIODS_S = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
RATE = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(PERIODS_S)})")


@dataclass(frozen=True)
class Rate:
    """A rate: at most `limit` times within any `window_s` seconds."""

    limit: int
    window_s: int

    @classmethod
    def of(cls, text: str) -> "Rate":
        """Parse DRF's notation (`20/hour`). Raises ValueError."""
        match = RATE.fullmatch(text)
        if match is None:
            periods = ", ".join(PERIODS_S)
            raise ValueError(
                f"{text!r} is not a rate; use a number per {periods}, like 20/hour"
            )
        return cls(int(match[1]), PERIODS_S[match[2]])


def variable(scope: str) -> str:
    return f"THROTTLE_{scope.upper()}"


def rates(read: Callable[..., str], defaults: Mapping[str, str]) -> dict[str, Rate]:
    """Return each scope's rate: from its variable, through `read`, or the default.

    Raises ImproperlyConfigured, which names the variable.
    """
    found = {}
    for scope, default in defaults.items():
        try:
            found[scope] = Rate.of(read(variable(scope), default=default))
        except ValueError as error:
            raise ImproperlyConfigured(f"{variable(scope)}: {error}") from error
    return found


def factor(text: str) -> int:
    """Parse THROTTLE_ADDRESS_FACTOR. Raises ImproperlyConfigured unless it is ≥ 1."""
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise ImproperlyConfigured(
            f"THROTTLE_ADDRESS_FACTOR: {text!r} is not a whole number from 1 up"
        )
    return int(text)
