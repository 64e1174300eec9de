"""
How much work a call is, counted and not timed: so a test of growth needs no quiet machine.

`steps` counts what Python interprets. What C does in one step, such as copying a dict, it does not
see: that is what `fresh` is for.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
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


def fresh(before: object, after: object) -> int:
    """Return the bytes of `after` that are no part of `before`: what making it had to write."""
    known = {id(each) for each in _parts(before, set())}
    return sum(sys.getsizeof(each) for each in _parts(after, known))


def _parts(value: object, known: set[int]) -> Iterator[object]:
    seen = set(known)
    ahead = [value]
    while ahead:
        each = ahead.pop()
        if id(each) in seen or isinstance(each, type | ModuleType):
            continue
        seen.add(id(each))
        yield each
        ahead += gc.get_referents(each)
