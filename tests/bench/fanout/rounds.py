"""
The fan-out: rounds in which every contender follows the floor.

A machine's speed may change by half within seconds, so what is compared runs one right after the
other, and the comparison is the median of several. All servers run from the first round to the
last, with their viewers; whose turn it is not does nothing.
"""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from bench.fanout.contenders import Contender
from bench.fanout.crowd import Run
from bench.fanout.figures import Measured, Ratio, p99, percentile
from bench.fanout.stand import Stand


class Plan(NamedTuple):
    """
    Attributes:
        rounds: Of runs.
        joinings: How often each crowd joins; the last one stays.
        seconds: That a run lasts.
    """

    viewers: int
    rounds: int
    joinings: int
    seconds: float


def fan_out(
    plan: Plan, floor: Contender, contenders: Sequence[Contender], program: Path
) -> list[Measured]:
    """Return the floor, then the contenders."""
    with ExitStack() as stack:
        stands = [
            stack.enter_context(Stand(each, plan.viewers, program)) for each in (floor, *contenders)
        ]
        for _ in range(plan.joinings):
            for stand in stands:
                stand.join()
        low, *others = stands
        for stand in stands:  # what is done for the first time only is not measured
            stand.crowd.publish(plan.seconds / 10, 1)
        pairs: list[list[tuple[Run, Run]]] = [[] for _ in others]
        for _ in range(plan.rounds):
            for stand, mine in zip(others, pairs, strict=True):
                beside = low.publish(plan.seconds)
                mine.append((stand.publish(plan.seconds), beside))
        itself = [(run, run) for run in low.runs]
        return [
            _measured(stand, mine) for stand, mine in zip(stands, [itself, *pairs], strict=True)
        ]


def _measured(stand: Stand, pairs: Sequence[tuple[Run, Run]]) -> Measured:
    runs = stand.runs
    took = [each for run in runs for each in run.took]
    assert stand.kilobytes is not None
    return Measured(
        stand.contender.name,
        statistics.median(run.deliveries for run in runs),
        Ratio.of((mine.deliveries, floor.deliveries) for mine, floor in pairs),
        percentile(took, 50),
        percentile(took, 99),
        Ratio.of((p99(mine), p99(floor)) for mine, floor in pairs),
        statistics.median(stand.joins),
        stand.kilobytes,
        statistics.median(run.server for run in runs),
        statistics.median(run.client for run in runs),
        statistics.median(joined.client for joined in stand.joined),
        [mine.deliveries / floor.deliveries for mine, floor in pairs],
        stand.joins,
    )
