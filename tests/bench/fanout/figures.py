"""Medians, percentiles, and ratios of what was measured side by side."""

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from bench.fanout.crowd import Run


def percentile(numbers: Sequence[float], percent: int) -> float:
    """Return the smallest number that so many percent do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


class Ratio(NamedTuple):
    """The median of ratios, each of two runs that followed one another, and their extremes."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]]) -> Self:
        ratios = [one / other for one, other in pairs]
        return cls(statistics.median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


class Measured(NamedTuple):
    """
    A contender at one size of the crowd.

    Attributes:
        of_floor: Its deliveries a second in the floor's.
        late: Its p99 in the floor's.
        joins: A second, the median.
        kilobytes: Of memory for each viewer.
        server: Share of a core, the median.
        client: The same of the viewers.
        joining: The viewers' share while they join.
        by_floor: Deliveries in those of the floor, round by round.
        every_join: Joins a second, of every joining.
    """

    name: str
    deliveries: float
    of_floor: Ratio
    p50: float
    p99: float
    late: Ratio
    joins: float
    kilobytes: float
    server: float
    client: float
    joining: float
    by_floor: Sequence[float]
    every_join: Sequence[float]


def p99(run: Run) -> float:
    return percentile(run.took, 99)
