"""A bounded share of the event loop for work that many connections ask for."""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

from web.sockets.pace import Later, in_the_loop

SLICE_SECONDS: Final = 0.001
"""How long the work goes on before others have their turn: a third of a post's usual answer."""
SHARE: Final = 0.25
"""Of the loop's time, the most that the work takes: live feeds and producers come first."""

Turn = Callable[[], None]

_log: Final = structlog.get_logger("sockets")


class LoopShare:
    """
    A fair queue: each turn is short, a slice of turns takes a millisecond, then comes a rest.

    The rest is three times as long as the turns took. A turn that leaves work undone queues again
    at the end. Turns that together take less than a slice run without a delay.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, later: Later = in_the_loop) -> None:
        """
        Args:
            clock: In seconds; finer than the loop's own, which counts milliseconds.
            later: Calls a function after so many seconds.
        """
        self._clock: Final = clock
        self._later: Final = later
        self._waiting: Final[deque[Turn]] = deque()
        self._free_at = 0.0
        self._due = False

    def queue(self, turn: Turn) -> None:
        """Run a turn soon; the caller queues it again only after it has run."""
        self._waiting.append(turn)
        if not self._due:
            self._wait()

    def _wait(self) -> None:
        self._due = True
        rest = self._free_at - self._clock()
        self._later(rest if rest > SLICE_SECONDS else 0.0, self._run)

    def _run(self) -> None:
        self._due = False
        began = now = self._clock()
        while self._waiting and now - began < SLICE_SECONDS:
            turn = self._waiting.popleft()
            try:
                turn()
            except Exception:  # noqa: BLE001 - the others have their turns
                _log.exception("a turn failed")
            now = self._clock()
        self._free_at = max(self._free_at, began) + (now - began) / SHARE
        if self._waiting and not self._due:
            self._wait()
