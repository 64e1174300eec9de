"""
Slow readers: some never read, some a byte a second, and the others must not notice.

Two servers of one kind take turns: one with slow readers, one without, and as many others each.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from bench.fanout.contenders import Contender, frame_bytes
from bench.fanout.crowd import Crowd
from bench.fanout.figures import Ratio, p99, percentile
from bench.fanout.server import Server
from web.sockets.wires import SOCKET

VIEWERS: Final = 2000
DEAF: Final = 200
DRIPPING: Final = 200
RATE: Final = 25.0
"""Frames a second."""
_TURN: Final = 4.0
"""Seconds."""


class Slow(NamedTuple):
    """
    Attributes:
        p99: Milliseconds, of those who read, with slow ones beside them.
        p99_without: The same without.
        longer: The one in the other, turn by turn.
        megabytes: How far the server's memory grew at most, from before the slow ones came.
        counters: The feed's, at the end.
    """

    p99: float
    p99_without: float
    longer: Ratio
    megabytes: float
    counters: Mapping[str, int]


def slow_readers(contender: Contender, turns: int, program: Path) -> Slow:
    size = frame_bytes(SOCKET)
    readers = VIEWERS - DEAF - DRIPPING
    with ExitStack() as stack:
        beside, alone = (stack.enter_context(Server(contender.command)) for _ in range(2))
        mixed = stack.enter_context(Crowd(program, beside, contender.requests))
        plain = stack.enter_context(Crowd(program, alone, contender.requests))
        for crowd in (mixed, plain):
            crowd.join(readers, size)
            crowd.pace(1, RATE)
        before = most = beside.memory()
        mixed.join(DEAF, size, reading="none")
        mixed.join(DRIPPING, size, reading="drops")
        with_slow, without = [], []
        for _ in range(turns):
            with_slow.append(mixed.pace(_TURN, RATE))
            most = max(most, beside.memory())
            without.append(plain.pace(_TURN, RATE))
        return Slow(
            percentile([each for run in with_slow for each in run.took], 99),
            percentile([each for run in without for each in run.took], 99),
            Ratio.of((p99(one), p99(other)) for one, other in zip(with_slow, without, strict=True)),
            (most - before) / 1024,
            beside.counters(),
        )
