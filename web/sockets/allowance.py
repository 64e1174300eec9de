"""A rate limit of what one connection sends: GCRA, the generic cell rate algorithm."""

import time
from collections.abc import Callable


class Allowance:
    """
    So many bytes, or other units, at once after a pause, and so many a second from then on.

    One word of memory: the moment at which the whole burst is there again.
    """

    __slots__ = ("_burst", "_clock", "_full_at", "_rate")

    def __init__(
        self, burst: int, per_second: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            burst: Bytes at once.
            per_second: Bytes a second that come back.
            clock: In seconds; only differences matter.
        """
        self._burst = burst
        self._rate = per_second
        self._clock = clock
        self._full_at = clock()

    def take(self, size: int) -> int:
        """
        Take bytes that have arrived, and return how many of them are within the limit.

        Bytes over the limit are taken as well, so a client that goes on owes them.
        """
        now = self._clock()
        full_at = max(self._full_at, now)
        left = self._burst - int((full_at - now) * self._rate)
        self._full_at = full_at + size / self._rate
        return max(0, min(size, left))

    def wait(self) -> float:
        """Return the seconds until anything is left again; 0 where something is."""
        owed = (self._full_at - self._clock()) * self._rate - self._burst
        return max(0.0, (owed + 1) / self._rate)
