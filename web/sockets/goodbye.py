"""What a server that stops advises its viewers: when to come back, and not all at once."""

import random
import re

from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

SOONEST_MS = 500
"""A start takes about this long; who comes earlier finds nobody in."""
JOINS_PER_MS = 2
"""Fewer than a core can take in, so that there is room for the rest of the world."""
SHORTEST_SPREAD_MS = 1000

_ADVICE = re.compile(r"restart; retry in ([0-9]{1,6}) ms")


def retry_ms(viewers: int) -> int:
    """Draw a moment for one of many viewers, in milliseconds from now."""
    spread = max(SHORTEST_SPREAD_MS, viewers // JOINS_PER_MS)
    return SOONEST_MS + random.randrange(spread)  # noqa: S311 - nobody gains by guessing it


def reason(retry_ms: int) -> str:
    """Say it as the reason of a socket's close."""
    return f"restart; retry in {retry_ms} ms"


def advised(problem: Exception) -> float | None:
    """Return the seconds after which to come back, if the socket was closed with that advice."""
    if not isinstance(problem, ConnectionClosed) or problem.rcvd is None:
        return None
    told = _ADVICE.fullmatch(problem.rcvd.reason)
    if told is None or problem.rcvd.code != CloseCode.SERVICE_RESTART:
        return None
    return int(told[1]) / 1000
