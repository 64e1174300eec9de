"""How often one may ask: a bucket for each token, and for each address that guesses at tokens."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

import structlog

from web.addresses import guest_of
from web.errors import ProblemError

GUESSES_PER_SECOND: Final = 5
_MOST: Final = 10_000
"""Buckets held at once; who fills this many has long been refused at the others."""

_log: Final = structlog.get_logger("limits")


class Limit:
    """
    So many a second each, and as many at once after a pause.

    A bucket that has filled up again is as good as none, and is forgotten when room is short.
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            per_second: How many each may take.
            clock: In seconds; only differences matter.
        """
        self._rate: Final = per_second
        self._clock: Final = clock
        self._full_at: Final[dict[str, float]] = {}
        self._refused: Final[set[str]] = set()

    def take(self, who: str) -> None:
        """
        Take one.

        Raises:
            ProblemError: The bucket is empty; the header says for how long.
        """
        now = self._clock()
        full_at = max(self._full_at.get(who, now), now) + 1 / self._rate
        wait = full_at - now - max(1.0, 1 / self._rate)
        if wait > 1e-9:  # noqa: PLR2004 - what rounding leaves is no wait
            seconds = math.ceil(wait)
            if who not in self._refused:  # one line for a flood, not one for each of its drops
                self._refused.add(who)
                _log.warning("too many requests", who=who, per_second=self._rate)
            raise ProblemError(
                "too-many-requests",
                f"More than {self._rate:g} requests a second; go on in {seconds} s.",
                headers={"Retry-After": str(seconds)},
            )
        if who not in self._full_at and len(self._full_at) >= _MOST:
            self._forget(now)
        self._full_at[who] = full_at
        self._refused.discard(who)

    def _forget(self, now: float) -> None:
        for who in [who for who, full_at in self._full_at.items() if full_at <= now]:
            del self._full_at[who]
        if len(self._full_at) >= _MOST:
            del self._full_at[next(iter(self._full_at))]
        self._refused.intersection_update(self._full_at)


class Limits:
    """What limits the producer's doors."""

    def __init__(self, per_token: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            per_token: Requests a second.
            clock: As in `Limit`.
        """
        self._tokens: Final = Limit(per_token, clock=clock)
        self._guesses: Final = Limit(GUESSES_PER_SECOND, clock=clock)

    def asked(self, token: str) -> None:
        """
        Count a request of a token that is known, by its id.

        Raises:
            ProblemError: Too many.
        """
        self._tokens.take(token)

    def guessed(self, address: str | None) -> None:
        """
        Count a request without a token that is known; this machine's own are left out.

        Raises:
            ProblemError: Too many.
        """
        if address is not None and (guest := guest_of(address)) is not None:
            self._guesses.take(guest)
