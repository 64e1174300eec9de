"""Long work on the loop, done in slices: whoever else has something to do goes first in between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Final
from weakref import WeakKeyDictionary

SLICE_SECONDS: Final = 0.002
"""A frame takes about as long to reach 200 viewers, so a slice more is hardly seen in it."""
PAUSE_SECONDS: Final = 0.002
"""Between two slices, so that long work of any number of readers takes half of the loop at most."""


class Slices:
    """
    The slices of one piece of work, which calls `rest` after each of its steps.

    A thread would not do: Python runs one at a time and lets a busy one go on for 5 ms whenever
    the loop wants its turn back.
    """

    def __init__(self, *, alone: bool = False, clock: Callable[[], float] = perf_counter) -> None:
        """
        Begin the first slice.

        Args:
            alone: Nobody is served yet, so that no pause is needed.
            clock: Counts seconds.
        """
        self._alone: Final = alone
        self._clock: Final = clock
        self._until = clock() + SLICE_SECONDS

    async def rest(self) -> None:
        """Let others go on, if the slice is used up; the next one begins when it is its turn."""
        if self._clock() < self._until:
            return
        if self._alone:
            await asyncio.sleep(0)
        else:
            await _turns().next()
        self._until = self._clock() + SLICE_SECONDS


class Turns:
    """Gives a slice to one after the other of all who wait, with a pause after each."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = loop
        self._waiting: Final[deque[asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def next(self) -> None:
        """Wait for a turn. Who is cancelled while waiting takes none."""
        turn = self._loop.create_future()
        self._waiting.append(turn)
        if self._timer is None:
            self._timer = self._loop.call_later(PAUSE_SECONDS, self._give)
        await turn

    def _give(self) -> None:
        self._timer = None
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                break
        if self._waiting:
            self._timer = self._loop.call_later(SLICE_SECONDS + PAUSE_SECONDS, self._give)


_TURNS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Turns]] = WeakKeyDictionary()


def _turns() -> Turns:
    loop = asyncio.get_running_loop()
    turns = _TURNS.get(loop)
    if turns is None:
        turns = _TURNS[loop] = Turns(loop)
    return turns
