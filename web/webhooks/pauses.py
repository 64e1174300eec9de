"""How long to wait before the next attempt: exponential backoff with jitter, or as asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
"""Seconds between two attempts; they double from the first to the longest."""
LONGEST_ASKED: Final = 3600.0
"""Seconds that a receiver may ask for. A night lasts four hours; beyond this it would be missed."""
_JITTER: Final = 0.1
"""By how much what was asked for is stretched at most: all who were sent away come back at once."""


def pause_before(attempt: int, chance: Callable[[], float] = random.random) -> float:
    """
    Return seconds to wait after failures in a row: doubling, and spread over the upper half.

    Args:
        attempt: 0 after the first failure.
        chance: Returns a number from 0 to 1.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt, 20))
    return longest * (1 + chance()) / 2


def asked_pause(
    retry_after: str, now_ms: int, chance: Callable[[], float] = random.random
) -> float | None:
    """
    Return the seconds that a `Retry-After` asks for, never less; None where it cannot be read.

    Args:
        retry_after: Seconds, or a date in the form of HTTP (RFC 9110, section 10.2.3).
        now_ms: This moment, in milliseconds since 1970.
        chance: Returns a number from 0 to 1.
    """
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        seconds = float(text[:20])
    else:
        try:
            date = parsedate_to_datetime(text)
            zoned = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
            seconds = zoned.timestamp() - now_ms / 1000
        except (ValueError, TypeError, OverflowError):
            return None
    asked = min(max(seconds, FIRST_PAUSE), LONGEST_ASKED)
    return asked * (1 + _JITTER * chance())
