"""Looks round a few times a second: is the loop late, and was anybody turned away or dropped."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Final

import structlog

from web.guarded import attempt
from web.observed.figures import Figures
from web.sockets.crowd import Crowd
from web.sockets.feed import Feed, Feeds

EVERY_SECONDS: Final = 0.25
_LOOKS_A_LINE: Final = 4
"""So a storm writes one line a second of each kind, whatever its size."""

_FAILED: Final = "timer failed"

_log: Final = structlog.get_logger("watch")


class Watch:
    """One timer, which costs the same for one viewer and for ten thousand."""

    def __init__(self, feeds: Feeds, crowd: Crowd, figures: Figures) -> None:
        """
        Args:
            feeds: Whose viewers are dropped.
            crowd: Which counts whom it refuses.
            figures: What is observed into.
        """
        self._feeds: Final = feeds
        self._crowd: Final = crowd
        self._figures: Final = figures
        self._looks = 0
        self._refused: Counter[str] = Counter()
        self._aborted: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._wait(loop, loop.time() + EVERY_SECONDS)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.tell()

    def tell(self) -> None:
        """Write what has happened since the last time, with how often."""
        for feed in self._feeds:
            attempt(_FAILED, self._tell_of, feed)
        refused = Counter(self._crowd.refused)
        for reason, count in (refused - self._refused).items():
            _log.warning("handshakes refused", reason=reason, count=count)
        self._refused = refused

    def _tell_of(self, feed: Feed) -> None:
        if (fault := feed.take_fault()) is not None:
            failed, self._failed[feed.ceremony] = self._failed.get(feed.ceremony, 0), feed.failed
            _log.error(
                "fan-out failed",
                ceremony=feed.ceremony,
                viewers_dropped=feed.failed - failed,
                exc_info=fault,
            )
        dropped = feed.aborted - self._aborted.get(feed.ceremony, 0)
        if dropped:
            self._aborted[feed.ceremony] = feed.aborted
            _log.warning(
                "slow viewers dropped",
                ceremony=feed.ceremony,
                count=dropped,
                slow=feed.slow,
                viewers=feed.viewers,
            )

    def _wait(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._timer = loop.call_at(due, self._look, loop, due)

    def _look(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        now = loop.time()
        self._wait(loop, now + EVERY_SECONDS)
        attempt(_FAILED, self._figures.loop_late_seconds.observe, max(now - due, 0.0))
        self._looks += 1
        if self._looks % _LOOKS_A_LINE == 0:
            attempt(_FAILED, self.tell)
