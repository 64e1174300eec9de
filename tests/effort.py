"""
How much work a call is, counted and not timed: so a test of growth needs no quiet machine.

`steps` counts what Python interprets. What C does in one step, such as copying a dict, it does not
see: that is what `written` is for.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

LINEAR = 2.5
"""Twice the size may take twice the steps, and a little for what grows with the logarithm."""


def steps(work: Callable[[], object]) -> int:
    """Return how many instructions of Python a call takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """
    Return how many times the steps it takes to do twice as much.

    Args:
        work: Takes a size and returns the work of that size, prepared.
        size: Large enough that what is the same at every size does not count.
    """
    work(size)()  # whatever is made once is made now
    return steps(work(2 * size)) / steps(work(size))


def written(step: Callable[[], object], times: int = 8) -> int:
    """
    Return the bytes that a step allocates at the same time, though it may free them in the end.

    Args:
        step: Called several times; what counts is the least, since a dict makes room now and then.
        times: How often.
    """
    found = []
    tracemalloc.start()
    try:
        for _ in range(times):
            before, _peak = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            step()
            found.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    return min(found)
