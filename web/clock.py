"""The hour, as the log and the doors write it."""

import time
from collections.abc import Callable
from typing import Final

from events.timestamp import from_ms


class ForwardClock:
    """
    The wall's time, which within a run never goes back and never stands still.

    A wall that is set forward is followed. Where it is set back, this clock goes on from where it
    stood: show time goes on with it, and no event is dated before the one that it follows. The wall
    is believed again once it is ahead, or after a restart.
    """

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, elapsed: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """
        Args:
            wall: Nanoseconds since 1970, which may jump either way.
            elapsed: Nanoseconds since any moment, which never fall and pass as time does.
        """
        self._wall: Final = wall
        self._elapsed: Final = elapsed
        self._ahead = wall() - elapsed()
        """The most that the wall has ever been ahead of `elapsed`."""

    def __call__(self) -> str:
        """Return this moment as a canonical timestamp."""
        elapsed = self._elapsed()
        self._ahead = max(self._ahead, self._wall() - elapsed)
        return from_ms((elapsed + self._ahead) // 1_000_000)


_clock: Final = ForwardClock()


def now() -> str:
    """Return this moment as a canonical timestamp; never before what was returned earlier."""
    return _clock()
