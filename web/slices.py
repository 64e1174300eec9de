"""Long work on the loop, done in slices: whoever else has something to do goes first in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Final

_SLICE_SECONDS: Final = 0.002
"""A frame takes about as long to reach 200 viewers, so a slice more is hardly seen in it."""


class Slices:
    """
    The slices of one piece of work, which calls `rest` after each of its steps.

    A thread would not do: Python runs one at a time and lets a busy one go on for 5 ms whenever
    the loop wants its turn back.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock: Final = clock
        self._until = clock() + _SLICE_SECONDS

    async def rest(self) -> None:
        """Let others go on, if the slice is used up."""
        if self._clock() < self._until:
            return
        await asyncio.sleep(0)
        self._until = self._clock() + _SLICE_SECONDS
