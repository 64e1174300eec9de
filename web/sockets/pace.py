"""How often a feed may write: at once when it has rested, in one go with what came when not."""

import asyncio
from collections.abc import Callable
from time import monotonic

LONGEST_REST = 0.020
"""Seconds; the most that a frame waits for others to go out with."""

Flush = Callable[[], None]
Pacing = Callable[[Flush], None]
"""Asked at every frame, to call the flush now or soon; once may stand for several."""


Later = Callable[[float, Callable[[], None]], object]


def at_once(flush: Flush) -> None:
    flush()


def in_the_loop(seconds: float, action: Callable[[], None]) -> None:
    """Call a function after so many seconds, by the running loop."""
    asyncio.get_running_loop().call_later(seconds, action)


class Pace:
    """
    As much rest after a flush as it took, within bounds.

    So a frame that comes alone goes out at once, whatever the size of the crowd. When frames
    come faster than they can be written to everyone, half of the loop stays free for joining
    viewers and for the producer, and those that wait go out together: one write a viewer.

    One for each feed.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, later: Later = in_the_loop) -> None:
        """
        Args:
            clock: In seconds; finer than the loop's own, which counts milliseconds.
            later: Calls a function after so many seconds.
        """
        self._clock = clock
        self._later = later
        self._rested_at = clock()
        self._resting = False

    def __call__(self, flush: Flush) -> None:
        if self._resting:
            return
        wait = self._rested_at - self._clock()
        if wait > 0:
            self._resting = True
            self._later(wait, lambda: self._flush(flush))
        else:
            self._flush(flush)

    def _flush(self, flush: Flush) -> None:
        self._resting = False
        began = self._clock()
        flush()
        ended = self._clock()
        self._rested_at = ended + min(ended - began, LONGEST_REST)
