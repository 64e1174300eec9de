"""The hour, as the log and the doors write it."""

import time

from events.timestamp import from_ms


def now() -> str:
    """Return this moment as a canonical timestamp."""
    return from_ms(time.time_ns() // 1_000_000)
