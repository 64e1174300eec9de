"""Cooperative time slices: long work on the event loop rests, and other tasks run in between."""

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
    The time slices of one task, which calls `rest` after each step of its work.

    Why no thread: one that computes keeps the interpreter lock for 5 ms each time that the loop
    wants to run.
    """

    def __init__(self, *, alone: bool = False, clock: Callable[[], float] = perf_counter) -> None:
        """
        Begin the first slice.

        Args:
            alone: The server serves nobody yet: yield to the loop, without a pause.
            clock: Counts seconds.
        """
        self._alone: Final = alone
        self._clock: Final = clock
        self._until = clock() + SLICE_SECONDS

    async def rest(self) -> None:
        """
        Return at once, or at the beginning of the next slice where this one is used up.

        Cancellation leaves the queue.
        """
        if self._clock() < self._until:
            return
        if self._alone:
            await asyncio.sleep(0)
        else:
            await _turns().next()
        self._until = self._clock() + SLICE_SECONDS


class Turns:
    """FIFO of the tasks that wait for a slice: one slice at a time, and a pause after each."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = loop
        self._waiting: Final[deque[asyncio.Future[None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def next(self) -> None:
        """Wait for a turn. A task that is cancelled while it waits takes none."""
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
