"""How long to wait before another try."""

from __future__ import annotations

import random
from typing import Final

_MOST_DOUBLED: Final = 32
"""More would only ever be cut off; unbounded, a long outage ends in a number that is none."""


def spread(tried: int, *, first: float, longest: float) -> float:
    """Return seconds to wait after so many tries: doubling, and spread so that no two march."""
    doubled = first * 2 ** min(tried, _MOST_DOUBLED)
    return random.uniform(0, min(longest, doubled))  # noqa: S311 - no secret
