"""A burst: many frames at once, to everyone; where a feed that coalesces has its hour."""

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from bench.fanout.contenders import Contender
from bench.fanout.figures import Ratio, percentile
from bench.fanout.stand import Stand

AT_ONCE: Final = 64
FLIGHT: Final = 2 * AT_ONCE


class Burst(NamedTuple):
    name: str
    deliveries: float
    of_floor: Ratio
    p99: float
    server: float
    client: float


def burst(
    viewers: int,
    rounds: int,
    seconds: float,
    floor: Contender,
    contenders: Sequence[Contender],
    program: Path,
) -> list[Burst]:
    """Return the floor, then the contenders."""
    with ExitStack() as stack:
        stands = [
            stack.enter_context(Stand(each, viewers, program)) for each in (floor, *contenders)
        ]
        for stand in stands:
            stand.join()
        for _ in range(rounds):
            for stand in stands:
                stand.publish(seconds, FLIGHT, AT_ONCE)
        low = [run.deliveries for run in stands[0].runs]
        return [
            Burst(
                stand.contender.name,
                statistics.median(run.deliveries for run in stand.runs),
                Ratio.of(zip((run.deliveries for run in stand.runs), low, strict=True)),
                percentile([each for run in stand.runs for each in run.took], 99),
                statistics.median(run.server for run in stand.runs),
                statistics.median(run.client for run in stand.runs),
            )
            for stand in stands
        ]
