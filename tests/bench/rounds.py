"""Rounds: what is compared takes turns, so that a disturbance meets both sides."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.loads import Measure


@dataclass(frozen=True)
class Spread:
    """What several rounds said."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def over(self, other: "Spread") -> "Spread":
        """The ratio of each round, not of the medians."""
        return Spread([a / b for a, b in zip(self.values, other.values, strict=True)])


def take_turns(measures: Sequence[Measure], rounds: int) -> list[Spread]:
    """A B C, A B C, …; a first round warms up, and counts where it is the only one."""
    taken = [[measure() for measure in measures]]
    if rounds:
        taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [Spread(values) for values in zip(*taken, strict=True)]
